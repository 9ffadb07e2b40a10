using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Hosting;

/// <summary>
/// What every endpoint refuses: parameters it does not read, bodies nobody asked for, ids that name nothing.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class RequestRulesTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly ServiceHost _host = fixture.Host;

    [Theory]
    [InlineData("GET", "/runs?limt=5", "'limt'", "Did you mean 'limit'?")]
    [InlineData("GET", "/runs?limit=5&x=1", "GET /runs has no query parameter 'x'", "since, limit")]
    [InlineData("GET", "/runs?limit=5&limit=6", "'limit'", "Send it once")]
    [InlineData("GET", "/slices?vendors=openai", "'vendors'", "Did you mean 'vendor'?")]
    [InlineData("GET", "/dead-letters?stat=open", "'stat'", "Did you mean 'state'?")]
    [InlineData("GET", "/dead-letters/dl-00000000000000000000?force=true", "'force'", "It reads none")]
    [InlineData("POST", "/dead-letters/dl-00000000000000000000/replay?forse=true", "'forse'", "Did you mean 'force'?")]
    [InlineData("POST", "/dead-letters/dl-00000000000000000000/discard?force=true", "'force'", "It reads none")]
    [InlineData("POST", "/run-daily-job?days=3", "'days'", "It reads none")]
    [InlineData("POST", "/query?sql=x", "'sql'", "It reads none")]
    [InlineData("GET", "/status?x", "'x'", "It reads none")]
    [InlineData("GET", "/vendors?vendor=openai", "'vendor'", "It reads none")]
    [InlineData("GET", "/runs/x?days=3", "'days'", "It reads none")]
    [InlineData("GET", "/health?verbose", "'verbose'", "It reads none")]
    [InlineData("GET", "/metrics?x=1", "'x'", "It reads none")]
    [InlineData("GET", "/openapi/v1.json?x=1", "'x'", "It reads none")]
    public async Task A_query_parameter_that_is_not_read_is_refused_by_name(
        string method, string path, string name, string hint)
    {
        var problem = await ProblemAsync(
            method,
            path,
            method == "POST" ? new StringContent("{}", Encoding.UTF8, "application/json") : null,
            HttpStatusCode.BadRequest);

        problem.ShouldContain(name);
        problem.ShouldContain(hint);
    }

    [Theory]
    [InlineData("GET", "/run-daily-job", "POST")]
    [InlineData("DELETE", "/runs", "GET")]
    [InlineData("PUT", "/runs/20250101-0123456789ab", "GET")]
    [InlineData("GET", "/runs/20250101-0123456789ab/pause", "POST")]
    [InlineData("GET", "/events/fetch-requested", "POST")]
    [InlineData("HEAD", "/status", "GET")]
    [InlineData("GET", "/", "POST")]
    [InlineData("POST", "/metrics", "GET")]
    [InlineData("GET", "/v1/projects/local/topics/fetch:publish", "POST")]
    public async Task Another_method_than_an_endpoint_s_is_405_with_those_that_it_has(
        string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.ShouldBe([allowed]);
        if (method != "HEAD")
        {
            (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
                .GetProperty("detail").GetString().ShouldBe($"{path} takes {allowed}, not {method}.");
        }
    }

    [Theory]
    [InlineData("GET", "/run")]
    [InlineData("POST", "/runs/x/stop")]
    [InlineData("POST", "/events")]
    public async Task A_path_that_is_no_endpoint_s_is_404(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Content.Headers.Allow.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/runs?limit=5")]
    [InlineData("/slices?vendor=openai&account=acme&report=costs&from=2026-01-01&to=2026-01-02&limit=1")]
    [InlineData("/dead-letters?state=open&limit=5")]
    [InlineData("/status")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    public async Task Parameters_that_are_read_are_taken(string path)
    {
        using var answer = await _host.Http.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/run-daily-job", 70_000)]
    [InlineData("/run-daily-job", 2_000_000)]
    [InlineData("/run-daily-job", 40_000_000)]
    [InlineData("/query", 2_000_000)]
    [InlineData("/query", 40_000_000)]
    [InlineData("/dead-letters/dl-00000000000000000000/replay", 2_000_000)]
    [InlineData("/dead-letters/dl-00000000000000000000/discard", 40_000_000)]
    public async Task A_body_over_the_limit_is_413(string path, int bytes)
    {
        var body = new byte[bytes];
        body.AsSpan().Fill((byte)' ');

        (await ProblemAsync("POST", path, new ByteArrayContent(body), HttpStatusCode.RequestEntityTooLarge))
            .ShouldContain("longer than");
    }

    [Theory]
    [InlineData("/run-daily-job")]
    [InlineData("/query")]
    public async Task A_body_of_unknown_length_over_the_limit_is_413(string path)
    {
        var content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"sql":"{{new string(' ', 2_000_000)}}"}""")));
        content.Headers.ContentType = new("application/json");

        (await ProblemAsync("POST", path, content, HttpStatusCode.RequestEntityTooLarge, chunked: true))
            .ShouldContain("longer than");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"sql\":5}")]
    [InlineData("{}")]
    public Task A_body_that_cannot_be_read_is_the_callers_mistake(string body) =>
        ProblemAsync(
            "POST", "/query", new StringContent(body, Encoding.UTF8, "application/json"), HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("/runs/run%201")]
    [InlineData("/runs/%F0%9F%98%80")]
    [InlineData("/runs/..%2Fx")]
    [InlineData("/dead-letters/DL-00000000000000000000")]
    [InlineData("/dead-letters/dl-0000000000000000000g")]
    public async Task An_id_that_names_nothing_is_404_and_the_warehouse_is_not_asked(string path)
    {
        var calls = _host.Warehouse.Calls;

        await ProblemAsync("GET", path, null, HttpStatusCode.NotFound);
        await ProblemAsync("GET", $"{path}{new string('x', 1_100)}", null, HttpStatusCode.NotFound);

        _host.Warehouse.Calls.ShouldBe(calls);
    }

    [Theory]
    [InlineData("/slices?vendor=%00")]
    [InlineData("/slices?account=%ED%A0%80")]
    [InlineData("/slices?report='")]
    public async Task Any_text_may_be_asked_for(string path)
    {
        using var answer = await _host.Http.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).ShouldBeLessThan(500);
    }

    private async Task<string> ProblemAsync(
        string method, string path, HttpContent? content, HttpStatusCode expected, bool chunked = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        request.Headers.TransferEncodingChunked = chunked ? true : null;
        if (content is ByteArrayContent and not StringContent)
        {
            content.Headers.ContentType = new("application/json");
        }

        using var answer = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(expected);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var problem = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return problem.RootElement.GetProperty("detail").GetString()!;
    }
}
