using System.Net.Http.Headers;
using EventPipeline.Google.BigQuery;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.Google.BigQuery;

public sealed class CredentialTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_elsewhere_is_sought_where_it_was_asked_for_and_nothing_goes_elsewhere()
    {
        await using var foreign = await BigQueryServer.StartAsync();
        await using var server = await BigQueryServer.StartAsync();
        server.SessionAddress = path => $"{foreign.Address}{path}";

        await LoadAsync(server);

        foreign.Requests.ShouldBeEmpty();
        server.Jobs.Count.ShouldBe(1);
        server.Requests.ShouldAllBe(request => request.Authorization == "Bearer secret");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var foreign = await BigQueryServer.StartAsync();
        await using var server = await BigQueryServer.StartAsync();
        server.FateOf = _ => new Fate(302);

        await Should.ThrowAsync<TransientFailureException>(() => LoadAsync(server));

        foreign.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_at_Google_is_used_there()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.SessionAddress = path => $"https://bigquery.googleapis.com{path}";

        var session = await server.Get<BigQueryClient>()
            .StartUploadAsync(new Job(new JobReference("p", "j", BigQueryServer.Location)), Token);

        session.ShouldBe(new Uri("https://bigquery.googleapis.com/upload/sessions/1"));
    }

    [Theory]
    [InlineData("http://bigquery.googleapis.com")]
    [InlineData("https://bigquery.googleapis.com.evil.test")]
    [InlineData("https://evilgoogleapis.com")]
    [InlineData("https://bigquery.googleapis.com:444")]
    public async Task What_only_looks_like_Google_is_not_trusted(string host)
    {
        await using var server = await BigQueryServer.StartAsync();
        server.SessionAddress = path => $"{host}{path}";
        var client = server.Get<BigQueryClient>();

        var session = await client.StartUploadAsync(
            new Job(new JobReference("p", "j", BigQueryServer.Location)), Token);

        session.ShouldBe(new Uri(new Uri(server.Address), "/upload/sessions/1"));
    }

    private static async Task LoadAsync(BigQueryServer server)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
        {
            BaseAddress = new Uri(server.Address),
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        var options = Options.Create(new BigQueryOptions
        {
            ProjectId = BigQueryServer.Project,
            Location = BigQueryServer.Location,
        });
        var client = new BigQueryClient(http, options, TimeProvider.System);
        var warehouse = new BigQueryWarehouse(
            client, new BigQueryJobs(client, TimeProvider.System), TimeProvider.System);
        await using var upload = await warehouse.StartUploadAsync(BigQueryServer.Dataset, "t", "l", Token);
        await upload.WriteAsync("{}"u8.ToArray(), Token);
        await upload.LoadAsync(Token);
    }
}
