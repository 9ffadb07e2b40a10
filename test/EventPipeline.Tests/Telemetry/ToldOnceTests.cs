using System.Net;
using EventPipeline.Tests.Google;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Tests.Telemetry;

/// <summary>What has happened once is told once, however often its message is delivered.</summary>
[Collection(nameof(Alone))]
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class ToldOnceTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 1, 1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly CloudLines _lines = new(TimeProvider.System);
    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync() =>
        _host = await ServiceHost.StartAsync(configure: builder => builder.Logging.AddProvider(_lines));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _lines.Dispose();
    }

    [Fact]
    public async Task Two_deliveries_that_load_a_window_at_once_tell_one_end_and_its_drift_once()
    {
        ArrangeDrift();
        using var both = new Barrier(2);
        _host.Warehouse.Before = statement =>
        {
            // Neither has committed before both have read.
            if (statement.Name == "prove_load")
            {
                both.SignalAndWait(Soon, TestContext.Current.CancellationToken).ShouldBeTrue();
            }
        };

        (await Task.WhenAll(FetchAsync(), FetchAsync())).ShouldAllBe(status => status == HttpStatusCode.NoContent);

        await ShouldTellOnceAsync();
    }

    [Fact]
    public async Task A_delivery_that_finds_the_commit_of_another_that_is_still_at_work_tells_nothing_twice()
    {
        ArrangeDrift();
        var committed = new TaskCompletionSource();
        using var first = new ManualResetEventSlim();
        _host.Warehouse.After = statement =>
        {
            if (statement.Name == "insert_slice_versions")
            {
                committed.SetResult();
                first.Wait(Soon, TestContext.Current.CancellationToken).ShouldBeTrue();
            }
        };
        var one = FetchAsync();
        await committed.Task.WaitAsync(Soon, TestContext.Current.CancellationToken);

        (await FetchAsync()).ShouldBe(HttpStatusCode.NoContent);
        first.Set();
        (await one).ShouldBe(HttpStatusCode.NoContent);

        await ShouldTellOnceAsync();
    }

    [Fact]
    public async Task A_window_that_is_rejected_is_told_once_per_message_and_again_when_its_replay_is_rejected_too()
    {
        _host.Vendor.On(CostRows.Path, """{"error":{"type":"authentication_error","message":"invalid x-api-key"}}""", status: 401);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            (await FetchAsync()).ShouldBe(HttpStatusCode.NoContent);
            await _host.IdleAsync();
        }

        (_lines.Of("window.ended").Count, _lines.Of("dead_letter.stored").Count, _lines.Of("run.completed").Count)
            .ShouldBe((1, 1, 1));
        var letter = (await _host.GetAsync("dead-letters"))
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetProperty("id")
            .GetString();
        using (var replayed = await _host.PostAsync($"dead-letters/{letter}/replay", ""))
        {
            replayed.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await _host.IdleAsync();
        (_lines.Of("window.ended").Count, _lines.Of("dead_letter.stored").Count, _lines.Of("run.completed").Count)
            .ShouldBe((2, 2, 1));
    }

    private void ArrangeDrift() => _host.Vendor.OnDays(CostRows.Path, _ => """{"amount":"1","currency":"USD","description":"Tokens","novelty":1}""");

    private Task<HttpStatusCode> FetchAsync() => _host.PushFetchAsync("once", "anthropic", "cost", Day, Day);

    private async Task ShouldTellOnceAsync()
    {
        _lines.Of("window.ended").ShouldHaveSingleItem().GetProperty("state").GetString().ShouldBe("loaded");
        (_lines.Of("drift").Count, _lines.Of("run.completed").Count).ShouldBe((1, 1));
        var scrape = new Scrape(
            await _host.Http.GetStringAsync(
                new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken));
        (scrape.Sum("eventpipeline_drift_total"), scrape.Sum("eventpipeline_runs_total")).ShouldBe((1, 1));
        (await _host.RunOfAsync("once")).State.ShouldBe("completed");
    }
}
