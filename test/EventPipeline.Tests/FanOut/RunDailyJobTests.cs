using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EventPipeline.Google.PubSub;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.FanOut;

/// <summary>The scheduler's tick by hand.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class RunDailyJobTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private readonly ServiceHost _host = fixture.Host;

    [Theory]
    [InlineData("""{"days":0}""", "days must be a whole number from 1 to 30, not 0")]
    [InlineData("""{"days":31}""", "not 31")]
    [InlineData("""{"days":-1}""", "not -1")]
    [InlineData("""{"days":2.5}""", "not 2.5")]
    [InlineData("""{"days":"3"}""", "days must be")]
    [InlineData("""{"days":null}""", "days is null")]
    [InlineData("""{"days":1,"days":2}""", "days")]
    [InlineData("""{"mode":"prod"}""", "'production'")]
    [InlineData("""{"mode":"Production"}""", "'production'")]
    [InlineData("""{"mode":1}""", "mode must be")]
    [InlineData("""{"force":"yes"}""", "force must be true or false")]
    [InlineData("""{"vendor":["anthropic"]}""", "'vendors'")]
    [InlineData("""{"vendors":["antropic"]}""", "'anthropic'")]
    [InlineData("""{"vendors":"anthropic"}""", "vendors must be a list")]
    [InlineData("""{"vendors":[]}""", "vendors is empty")]
    [InlineData("""{"accounts":["acne"]}""", "'acme'")]
    [InlineData("""{"reports":["costs"]}""", "'cost'")]
    [InlineData("""{"vendors":["openai"],"reports":["claude_code"]}""", "'anthropic'")]
    [InlineData("""{"from":"2026-02-30"}""", "does not exist")]
    [InlineData("""{"from":"01/02/2026"}""", "YYYY-MM-DD")]
    [InlineData("""{"from":"2025-01-02","to":"2025-01-01"}""", "before from")]
    [InlineData("""{"from":"2023-01-01","to":"2024-12-31"}""", "at most 366")]
    [InlineData("""{"days":3,"from":"2025-01-01"}""", "cannot be combined")]
    [InlineData("""{"to":"2099-12-31"}""", "not closed")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("null", "must be a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("days=3", "not valid JSON")]
    public async Task A_mistake_is_refused_with_what_to_write_instead_and_nothing_runs(string body, string reason)
    {
        using var answer = await _host.PostAsync("run-daily-job", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        problem.GetProperty("status").GetInt32().ShouldBe(400);
        problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(reason);
        await _host.IdleAsync();
        (await _host.CountAsync("run_events")).ShouldBe(0);
    }

    [Fact]
    public async Task Today_is_not_closed_yet()
    {
        using var answer = await _host.PostAsync("run-daily-job", $$"""{"to":"{{_host.Today:yyyy-MM-dd}}"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .ShouldContain($"The last closed day is {_host.Yesterday:yyyy-MM-dd}.");
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_413()
    {
        using var answer = await _host.PostAsync("run-daily-job", $$"""{"days":{{new string(' ', 70_000)}}1}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_topic_that_takes_nothing_is_told_as_503_and_leaves_no_run_behind()
    {
        await using var host = await ServiceHost.StartAsync(configure: builder =>
            builder.Services.AddHttpClient(nameof(PubSubPublisher))
                .AddHttpMessageHandler(() => new UnreachableHandler()));

        using var answer = await host.PostAsync("run-daily-job", "{}");

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .ShouldContain("eventpipeline-trigger");
        (await host.GetAsync("runs")).GetArrayLength().ShouldBe(0);
        var health = await host.GetAsync("health", HttpStatusCode.ServiceUnavailable);
        health.GetProperty("components")
            .EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "publisher")
            .GetProperty("state").GetString().ShouldBe("down");
        (await host.GetAsync("ready")).GetProperty("state").GetString().ShouldBe("ready");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public async Task An_empty_body_is_the_daily_run_and_the_answer_says_where_to_follow_it(string body)
    {
        await using var host = await ServiceHost.StartAsync(accounts: []);

        using var answer = await host.PostAsync("run-daily-job", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var accepted = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var runId = accepted.GetProperty("runId").GetString();
        answer.Headers.Location!.OriginalString.ShouldBe($"/runs/{runId}");
        await host.IdleAsync();
        var run = await host.RunOfAsync(runId!);
        (run.State, run.Mode, run.From, run.To, run.Windows.Count)
            .ShouldBe(("completed", "production", host.Yesterday, host.Yesterday, 0));
    }

    private sealed class UnreachableHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("No route to host.");
    }
}
