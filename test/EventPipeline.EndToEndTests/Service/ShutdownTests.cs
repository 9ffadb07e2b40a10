using System.Net;
using System.Text;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>What SIGTERM does to a process with a push in flight.</summary>
public sealed class ShutdownTests(Simulation simulation) : IClassFixture<Simulation>, IDisposable
{
    // What Cloud Run leaves between SIGTERM and SIGKILL; a promise, not a measurement.
    private static readonly TimeSpan Left = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_push_that_does_not_finish_is_handed_back_in_time_and_the_process_ends_well()
    {
        await simulation.FailAsync(new { kind = "slow_headers" });
        await using var service = await RunningService.StartAsync(folder.Path, simulation.Settings());
        var push = PushAsync(service.Http);
        await Poll.UntilAsync("a vendor is asked and does not answer", async () => await simulation.HitsAsync() > 0);

        var exit = await service.TerminateAsync().WaitAsync(Left, TestContext.Current.CancellationToken);

        exit.ShouldBe(0, service.Said);
        (await push).ShouldBe(HttpStatusCode.ServiceUnavailable);
        service.Said.ShouldContain("was handed back");
        service.Said.ShouldNotContain("unexpectedly");
        await simulation.MendAsync();
    }

    [Fact]
    public async Task A_service_with_nothing_to_do_ends_at_once_and_well()
    {
        await using var service = await RunningService.StartAsync(folder.Path, simulation.Settings());

        (await service.TerminateAsync().WaitAsync(Left, TestContext.Current.CancellationToken))
            .ShouldBe(0, service.Said);
    }

    private static async Task<HttpStatusCode> PushAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "events/fetch-requested")
        {
            Content = new StringContent(
                """{"runId":"run-1","mode":"production","vendor":"anthropic","account":"SIMULATED-acme","report":"cost","from":"2098-04-01","to":"2098-04-01"}""",
                Encoding.UTF8,
                "application/json"),
        };
        foreach (var (name, value) in ((string, string)[])
        [
            ("ce-specversion", "1.0"),
            ("ce-id", "shutdown-1"),
            ("ce-source", "//eventpipeline"),
            ("ce-type", "eventpipeline.fetch.requested.v1"),
            ("x-goog-pubsub-message-id", "77"), ("x-goog-pubsub-subscription-name", "projects/p/subscriptions/fetch"),
        ])
        {
            request.Headers.Add(name, value);
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
