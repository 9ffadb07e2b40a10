using System.Net;
using EventPipeline.Google.Credentials;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Google;

/// <summary>Which requests carry a token.</summary>
[Collection(nameof(MetadataServer))]
public sealed class GoogleCredentialsTests : IAsyncLifetime
{
    private readonly Network _network = new();
    private SecretServer _server = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HttpClient Http => _services.GetRequiredService<IHttpClientFactory>().CreateClient("google");

    public async ValueTask InitializeAsync()
    {
        _server = await SecretServer.StartAsync();
        var services = new ServiceCollection();
        services.AddHttpClient("google").AddGoogleCredentials().ConfigurePrimaryHttpMessageHandler(() => _network);
        _services = services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
        _network.Dispose();
    }

    [Theory]
    [InlineData("https://bigquery.googleapis.com/x", "Bearer token-1")]
    [InlineData("http://127.0.0.1:9/x", "Bearer token-1")]
    [InlineData("http://localhost:9/x", "Bearer token-1")]
    [InlineData("http://emulator:9050/x", "")]
    [InlineData("http://bigquery.googleapis.com/x", "")]
    public async Task A_token_goes_over_https_or_to_this_machine_alone(string address, string authorization)
    {
        using var metadata = new MetadataServer(_server.Address);

        using var answer = await Http.GetAsync(new Uri(address), Cancellation);

        _network.Authorizations.ShouldBe([authorization]);
    }

    [Fact]
    public async Task A_token_is_asked_for_once_and_renewed_once_when_it_is_refused()
    {
        using var metadata = new MetadataServer(_server.Address);
        using (await Http.GetAsync(new Uri("https://a.test/"), Cancellation))
        using (await Http.GetAsync(new Uri("https://a.test/"), Cancellation))
        {
            _network.Status = HttpStatusCode.Unauthorized;
        }

        using var answer = await Http.PostAsync(new Uri("https://a.test/"), new StringContent("body"), Cancellation);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _network.Authorizations.ShouldBe(["Bearer token-1", "Bearer token-1", "Bearer token-1", "Bearer token-2"]);
        _network.Bodies.ShouldBe(["", "", "body", "body"]);
    }

    [Fact]
    public async Task What_streams_is_not_sent_twice()
    {
        using var metadata = new MetadataServer(_server.Address);
        _network.Status = HttpStatusCode.Unauthorized;

        using var answer = await Http.PostAsync(
            new Uri("https://a.test/"), new StreamContent(new MemoryStream([1])), Cancellation);

        _network.Authorizations.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_credential_it_is_said_what_to_do_and_a_later_one_is_found()
    {
        using (new MetadataServer(new Uri("http://127.0.0.1:1/")))
        {
            var failure = await Should.ThrowAsync<TransientFailureException>(
                Http.GetAsync(new Uri("https://a.test/"), Cancellation));
            failure.Message.ShouldContain("gcloud auth application-default login");
            failure.Message.ShouldContain("service account");
        }

        using var metadata = new MetadataServer(_server.Address);
        using var answer = await Http.GetAsync(new Uri("https://a.test/"), Cancellation);

        _network.Authorizations.ShouldBe(["Bearer token-1"]);
    }

    [Fact]
    public void There_is_no_key_file_in_the_repository()
    {
        var marks = new[]
        {
            $"\"private{'_'}key\"", $"-----BEGIN PRIVATE{' '}KEY", $"-----BEGIN RSA PRIVATE{' '}KEY",
            $"-----BEGIN EC PRIVATE{' '}KEY",
        };
        var files = Repository.Root.EnumerateFiles("*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        })
            .Where(file => !new[] { "artifacts", ".git", "node_modules", "bin", "obj", "data" }
                .Intersect(Path.GetRelativePath(Repository.Root.FullName, file.FullName)
                    .Split(Path.DirectorySeparatorChar))
                .Any())
            .Where(file => file.Length < 1_000_000)
            .ToList();

        files.Count.ShouldBeGreaterThan(100);
        files.Where(file => marks.Any(mark => File.ReadAllText(file.FullName).Contains(mark, StringComparison.Ordinal)))
            .Select(file => file.FullName).ShouldBeEmpty();
    }

    private sealed class Network : HttpMessageHandler
    {
        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public List<string> Authorizations { get; } = [];

        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Authorizations.Add(request.Headers.Authorization?.ToString() ?? "");
            Bodies.Add(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
            return new HttpResponseMessage(Status);
        }
    }
}
