using System.Net;
using EventPipeline.Google.PubSub;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.FanOut;

/// <summary>What waits is read in the end, whatever happens to its run meanwhile.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeWaitingTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private ServiceHost _host = null!;

    /// <summary>Called once a topic has accepted messages.</summary>
    private Func<Topic, Task> _published = _ => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        _host.Warehouse.MaxLoadsPerDay = 1;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_window_that_failed_and_meets_the_quota_when_it_is_replayed_is_read_by_a_later_run()
    {
        _host.Warehouse.MaxLoadsPerDay = 1_500;
        var day = _host.Yesterday.AddDays(-50);
        FailLoads(new TransientFailureException("A load failed."));
        var run = await _host.RunAsync("anthropic", "cost", day, day);
        run.State.ShouldBe("failed");

        FailLoads(new TransientFailureException("No load jobs are left today.") { IsQuotaExhausted = true });
        (await _host.PushFetchAsync(run.RunId, "anthropic", "cost", day, day)).ShouldBe(HttpStatusCode.NoContent);
        var waiting = (await _host.RunOfAsync(run.RunId)).Windows.Single(window => window.From == day);
        (waiting.State, waiting.Reason).ShouldBe(("waiting", "No load jobs are left today."));

        _host.Warehouse.Mend();
        await TickAsync();

        (await _host.RunOfAsync(run.RunId)).Windows.Single(window => window.From == day).State.ShouldBe("loaded");
    }

    [Fact]
    public async Task What_waits_does_not_end_with_a_trigger_that_is_given_up()
    {
        var isPlanned = false;
        _host.Warehouse.Before = statement =>
        {
            isPlanned |= statement.Name == "insert_run_events"
                && statement.Parameters.Values.Contains(RunHistory.Planned);
            if (isPlanned && statement.Name == "backlog")
            {
                throw new TransientFailureException("The backlog is away.");
            }
        };

        var begun = await _host.RunAsync(LargeBackfill.Of(_host));

        (await _host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(1);
        begun.State.ShouldBe("waiting");

        _host.Warehouse.Mend();
        _host.Warehouse.MaxLoadsPerDay = 1_500;
        await TickAsync();

        (await _host.RunOfAsync(begun.RunId)).State.ShouldBe("completed");
    }

    [Fact]
    public async Task A_window_that_meets_the_quota_before_its_publishing_is_recorded_still_waits()
    {
        var begun = await _host.RunAsync(LargeBackfill.Of(_host));
        _host.Warehouse.MaxLoadsPerDay = 1_500;
        FailLoads(new TransientFailureException("No load jobs are left today.") { IsQuotaExhausted = true });
        _host.Vendor.OnDays("/v1/organization/usage/images", _ => "");
        var met = new TaskCompletionSource();
        _host.Warehouse.After = statement =>
        {
            if (statement.Parameters.Values.Contains(RunHistory.WindowWaiting)
                && statement.Parameters.Values.Contains(begun.RunId))
            {
                met.TrySetResult();
            }
        };

        // The run's own windows are published first. The publisher of what waits has not recorded it when the first of
        // it meets the quota.
        var published = 0;
        _published = topic => topic == Topic.Fetch && ++published == 2 ? met.Task.WaitAsync(Soon) : Task.CompletedTask;
        await TickAsync();
        met.Task.IsCompleted.ShouldBeTrue();

        var state = await _host.RunOfAsync(begun.RunId);
        state.Windows.ShouldNotContain(window => window.State == "pending");
        state.State.ShouldBe("waiting");
        _published = _ => Task.CompletedTask;
        _host.Warehouse.Mend();
        await TickAsync();
        (await _host.RunOfAsync(begun.RunId)).State.ShouldBe("completed");
    }

    [Fact]
    public async Task A_dataset_that_is_away_does_not_fail_a_run_of_the_other()
    {
        var begun = await _host.RunAsync(LargeBackfill.Of(_host));
        await _host.Warehouse.ExecuteAsync(
            "ai_usage_analytics_dev",
            "away",
            new Statement(
                "away", "ALTER TABLE {dataset}.run_events RENAME TO away", new Dictionary<string, object?>()),
            TestContext.Current.CancellationToken);
        _host.Warehouse.MaxLoadsPerDay = 1_500;

        await TickAsync();

        (await _host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(0);
        (await _host.RunOfAsync(begun.RunId)).State.ShouldBe("completed");
        _host.Log.All.ShouldContain(line => line.Contains("dataset of mode development could not be published"));
    }

    [Fact]
    public async Task A_run_that_has_waited_for_months_still_goes_on()
    {
        var begun = await _host.RunAsync(LargeBackfill.Of(_host));
        begun.State.ShouldBe("waiting");
        await _host.Warehouse.ExecuteAsync(
            "ai_usage_analytics",
            "months_ago",
            new Statement(
                "months_ago",
                "UPDATE {dataset}.run_events SET recorded_at = recorded_at - INTERVAL 100 DAY",
                new Dictionary<string, object?>()),
            TestContext.Current.CancellationToken);
        await _host.DisposeAsync();
        await StartAsync();
        _host.Warehouse.MaxLoadsPerDay = 1_500;

        await TickAsync();

        (await _host.RunOfAsync(begun.RunId)).State.ShouldBe("completed");
    }

    private async Task StartAsync()
    {
        _host = await ServiceHost.StartAsync(_folder, configure: builder =>
            builder.Services.AddScoped<PublishMessages>(provider => async (topic, messages, cancellationToken) =>
            {
                await provider.GetRequiredService<PubSubPublisher>().PublishAsync(topic, messages, cancellationToken);
                await _published(topic);
            }));
        LargeBackfill.Arrange(_host);
    }

    [Fact]
    public async Task A_message_that_was_forced_by_hand_and_meets_the_quota_is_forced_when_a_later_run_publishes_it()
    {
        _host.Warehouse.MaxLoadsPerDay = 1_500;
        var day = _host.Yesterday.AddDays(-50);
        (await _host.RunAsync("anthropic", "cost", day, day)).State.ShouldBe("completed");
        FailLoads(new TransientFailureException("No load jobs are left today.") { IsQuotaExhausted = true });
        (await _host.PushFetchAsync("by-hand", "anthropic", "cost", day, day, more: ",\"force\":true"))
            .ShouldBe(HttpStatusCode.NoContent);

        _host.Warehouse.Mend();
        await TickAsync();

        (await _host.RunOfAsync("by-hand")).Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
    }

    private void FailLoads(Exception failure) => _host.Warehouse.BeforeLoad = table =>
    {
        if (table == "cost_versions" || table == "raw_page")
        {
            throw failure;
        }
    };

    /// <summary>Any other run.</summary>
    private async Task TickAsync()
    {
        var day = _host.Yesterday.AddDays(-20);
        await _host.RunAsync("openai", "images_usage", day, day);
    }
}
