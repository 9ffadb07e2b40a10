using System.Net;
using System.Text.Json;
using EventPipeline.Hosting;
using EventPipeline.Tests.Google;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Tests.Hosting;

/// <summary>
/// One line per request, without anything that may be secret; probes only where everything is logged.
/// </summary>
public sealed class AccessLogTests : IAsyncLifetime
{
    private readonly CloudLines _lines = new(TimeProvider.System);
    private readonly HttpClient _http = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_lines).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System).AddProblemDetails();
        _app = builder.Build();
        _app.UseMiddleware<AccessLog>();
        _app.UseExceptionHandler();
        _app.MapPost("/runs/{id}", () => TypedResults.NoContent());
        _app.MapGet("/ready", () => "ready");
        _app.MapGet("/broken", string () => throw new InvalidOperationException("It broke."));
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _lines.Dispose();
    }

    [Fact]
    public async Task A_request_is_one_line_with_its_answer()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "runs/a%20b?key=CANARY")
        {
            Content = new StringContent("12345"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer CANARY");
        request.Headers.TryAddWithoutValidation("User-Agent", "APIs-Google; test");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "evil, 203.0.113.7");

        var entry = await SendAsync(request, HttpStatusCode.NoContent);

        Text(entry, "severity").ShouldBe("INFO");
        var sent = entry.GetProperty("httpRequest");
        (Text(sent, "requestMethod"), Text(sent, "requestUrl"), sent.GetProperty("status").GetInt32())
            .ShouldBe(("POST", "/runs/a%20b", 204));
        (Text(sent, "userAgent"), Text(sent, "remoteIp"), Text(sent, "requestSize"))
            .ShouldBe(("APIs-Google; test", "203.0.113.7", "5"));
        Text(sent, "latency").ShouldMatch(@"\A\d+\.\d{3,6}s\z");
        entry.GetRawText().ShouldNotContain("CANARY");
        _lines.Texts.Where(line => line.Contains("EventPipeline", StringComparison.Ordinal))
            .ShouldAllBe(line => !line.Contains("CANARY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_probe_is_told_only_where_everything_is()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "ready");

        Text(await SendAsync(request, HttpStatusCode.OK), "severity").ShouldBe("DEBUG");
    }

    [Fact]
    public async Task A_request_that_failed_is_a_warning_with_the_status_that_was_sent()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "broken");

        var entry = await SendAsync(request, HttpStatusCode.InternalServerError);

        (Text(entry, "severity"), entry.GetProperty("httpRequest").GetProperty("status").GetInt32())
            .ShouldBe(("WARNING", 500));
    }

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString().ShouldNotBeNull();

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, HttpStatusCode expected)
    {
        using (var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken))
        {
            answer.StatusCode.ShouldBe(expected);
        }

        // The line is written once the answer is on its way.
        await _app.StopAsync(TestContext.Current.CancellationToken);
        return _lines.Of("http.request").ShouldHaveSingleItem();
    }
}
