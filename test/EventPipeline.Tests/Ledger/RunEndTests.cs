using System.Collections.Concurrent;
using System.Net;
using EventPipeline.Google.PubSub;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Trigger;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Ledger;

/// <summary>Every message ends what it began, whatever becomes of it, and a run's end is told.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class RunEndTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 1, 1);
    private readonly ConcurrentQueue<OutgoingMessage> _told = [];
    private ServiceHost _host = null!;

    /// <summary>Fails a publish by throwing.</summary>
    private Action<Topic> _beforePublish = _ => { };

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync(configure: builder =>
        builder.Services.AddScoped<PublishMessages>(provider => async (topic, messages, cancellationToken) =>
        {
            _beforePublish(topic);
            await provider.GetRequiredService<PubSubPublisher>().PublishAsync(topic, messages, cancellationToken);
            foreach (var message in topic == Topic.Completed ? messages : [])
            {
                _told.Enqueue(message);
            }
        }));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_runs_end_is_told_once_however_often_its_last_window_comes()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            (await FetchAsync("again")).ShouldBe(HttpStatusCode.NoContent);
        }

        _told.ShouldHaveSingleItem().Attributes["ce-id"].ShouldBe("again.completed");
    }

    [Fact]
    public async Task A_crash_between_the_claim_and_the_telling_loses_nothing_and_nobody_else_tells()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await FetchAsync("cut", Day.AddDays(1));
        _told.Clear();
        _beforePublish = _ => throw new TransientFailureException("The topic is away.");
        (await FetchAsync("cut2")).ShouldBe(HttpStatusCode.ServiceUnavailable);

        _beforePublish = _ => { };
        (await FetchAsync("cut2", Day.AddDays(1))).ShouldBe(HttpStatusCode.NoContent);
        _told.ShouldBeEmpty();
        (await FetchAsync("cut2")).ShouldBe(HttpStatusCode.NoContent);
        (await FetchAsync("cut2")).ShouldBe(HttpStatusCode.NoContent);

        _told.ShouldHaveSingleItem().Attributes["ce-id"].ShouldBe("cut2.completed");
    }

    [Fact]
    public async Task Nothing_is_told_that_cannot_be_claimed()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.Before = statement => Fail(statement, "completing");

        (await FetchAsync("unclaimed")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await FetchAsync("unclaimed")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        _told.ShouldBeEmpty();

        _host.Warehouse.Mend();
        (await FetchAsync("unclaimed")).ShouldBe(HttpStatusCode.NoContent);
        _told.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("run:1")]
    [InlineData("long")]
    public async Task A_run_id_that_no_statement_can_have_is_a_dead_letter_at_once_and_nothing_else(string id)
    {
        var runId = id == "long" ? new string('r', 1_100) : id;

        (await FetchAsync(runId)).ShouldBe(HttpStatusCode.NoContent);
        (await ForwardAsync(FetchBody(runId))).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        (await _host.GetAsync("dead-letters"))
            .EnumerateArray()
            .Select(letter => letter.GetProperty("cause").GetString())
            .ShouldBe(["bad_input", "attempts_exhausted"], ignoreOrder: true);
        (await _host.CountAsync("run_events")).ShouldBe(0);
        _told.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_dead_letter_door_stores_first_and_tries_the_end_again_as_long_as_it_may_pass()
    {
        _host.Warehouse.Before = statement => Fail(statement, "window_ended");
        (await ForwardAsync(FetchBody("given-up"))).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await _host.CountAsync("dead_letter")).ShouldBe(1);

        _host.Warehouse.Mend();
        (await ForwardAsync(FetchBody("given-up"))).ShouldBe(HttpStatusCode.NoContent);
        (await ForwardAsync(FetchBody("given-up"))).ShouldBe(HttpStatusCode.NoContent);

        (await _host.CountAsync("dead_letter")).ShouldBe(1);
        (await _host.CountAsync("run_events WHERE event = 'window_ended' AND state = 'failed'")).ShouldBe(1);
        _told.ShouldHaveSingleItem().Attributes["ce-id"].ShouldBe("given-up.failed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_dead_letter_door_does_not_fail_for_ever_of_an_end_that_cannot_be_recorded(bool isOld)
    {
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "run_events")
            {
                throw isOld
                    ? new TransientFailureException("Still away.")
                    : new InvalidOperationException("This never works.");
            }
        };

        (
            await ForwardAsync(
                FetchBody("hopeless"), published: isOld ? TimeProvider.System.GetUtcNow().AddHours(-25) : null))
            .ShouldBe(HttpStatusCode.NoContent);

        (await _host.CountAsync("dead_letter")).ShouldBe(1);
        _host.Log.All.ShouldContain(line => line.Contains("will not be retried", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_letter_that_this_service_could_not_have_written_is_stored_as_something_strange()
    {
        var letter = $$"""{"id":"dl-00000000000000000000","sourceTopic":"fetch","reason":"{{new string('x', 9_000_000)}}","hint":"h","cause":"c","rejectedAt":"2026-11-23T06:00:00Z"}""";

        using var answer = await _host.PostAsync(
            "events/dead-lettered", Pushes.Wrapped(letter, "1", Pushes.Binary("eventpipeline.dead-lettered.v1")));

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _host.GetAsync("dead-letters")).EnumerateArray().ShouldHaveSingleItem()
            .GetProperty("reason").GetString()!
            .ShouldContain("is neither a dead letter of this service");
    }

    [Fact]
    public async Task A_trigger_that_nothing_names_and_that_is_given_up_ends_the_run_that_was_planned_for_it()
    {
        const string body = """{"vendors":["anthropic"],"reports":["cost"],"from":"2025-01-01","to":"2025-01-01"}""";
        var published = new DateTimeOffset(2026, 11, 22, 23, 59, 59, TimeSpan.Zero).AddTicks(1234567);
        _beforePublish = topic =>
        {
            if (topic == Topic.Fetch)
            {
                throw new TransientFailureException("The topic is away.");
            }
        };
        (await _host.PushTriggerAsync(body, "m-1")).ShouldBe(HttpStatusCode.ServiceUnavailable);

        using var copy = await _host.PostAsync("events/dead-lettered", Pushes.Wrapped(
            body,
            "copy-1",
            ("CloudPubSubDeadLetterSourceDeliveryCount", "30"),
            ("CloudPubSubDeadLetterSourceSubscription", "trigger"),
            ("CloudPubSubDeadLetterSourceSubscriptionProject", "p"),
            ("CloudPubSubDeadLetterSourceTopicPublishTime", "2026-11-22T23:59:59.123456789+00:00")));

        copy.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var run = await _host.RunOfAsync(
            RunId.Create("//pubsub.googleapis.com/projects/p/subscriptions/trigger", "m-1", published));
        (run.State, run.Windows.ShouldHaveSingleItem().State).ShouldBe(("failed", "failed"));
        (await _host.GetAsync("runs")).GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_rejected_trigger_ends_the_run_that_was_asked_for_with_the_reason_and_begins_none()
    {
        (await _host.PushTriggerAsync("""{"dayz":3}""", "0", Named("by hand"))).ShouldBe(HttpStatusCode.NoContent);
        await InsertAsync("production", RunIdOf("rejected"), "requested", TimeProvider.System.GetUtcNow());
        (await _host.PushTriggerAsync("""{"dayz":3}""", "1", Named("rejected"))).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        var run = await _host.RunOfAsync(RunIdOf("rejected"));
        (run.State, run.Outcome, run.Mode).ShouldBe(("failed", "failed", "production"));
        run.Reason.ShouldNotBeNull().ShouldContain("'dayz'");
        run.EndedAt.ShouldNotBeNull();
        _told.ShouldHaveSingleItem().Attributes["ce-id"].ShouldBe($"{run.RunId}.failed");
        (await _host.GetAsync("runs"))
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetProperty("reason")
            .GetString()
            .ShouldBe(run.Reason);
    }

    [Fact]
    public async Task A_rejected_trigger_whose_mode_cannot_be_read_ends_the_run_where_it_is_and_begins_none()
    {
        (await _host.PushTriggerAsync("""{"mode":"devlopment"}""", "1", Named("nowhere"))).ShouldBe(HttpStatusCode.NoContent);
        await InsertAsync("development", RunIdOf("somewhere"), "requested", TimeProvider.System.GetUtcNow());
        (await _host.PushTriggerAsync("""{"mode":"devlopment"}""", "2", Named("somewhere"))).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        (await _host.RunOfAsync(RunIdOf("somewhere"))).State.ShouldBe("failed");
        await _host.GetAsync($"runs/{RunIdOf("nowhere")}", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("publish")]
    public async Task A_trigger_that_is_given_up_ends_its_run_and_its_replay_completes_it(string what)
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.Before = statement => Fail(statement, what == "plan" ? "planned" : "nothing");
        _beforePublish = topic =>
        {
            if (topic == Topic.Fetch && what == "publish")
            {
                throw new TransientFailureException("The topic is away.");
            }
        };

        var failed = await _host.RunAsync("anthropic", "cost", Day, Day);

        failed.State.ShouldBe("failed");
        (failed.Reason ?? failed.Windows.ShouldHaveSingleItem().Reason)
            .ShouldNotBeNull()
            .ShouldContain("gave up after 2 deliveries");
        _told.ShouldHaveSingleItem().Attributes["ce-id"].ShouldBe($"{failed.RunId}.failed");
        _host.Warehouse.Mend();
        _beforePublish = _ => { };

        var letter = (await _host.GetAsync("dead-letters"))
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetProperty("id")
            .GetString();
        using var replayed = await _host.PostAsync($"dead-letters/{letter}/replay", "");
        replayed.StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.IdleAsync();

        var run = await _host.RunOfAsync(failed.RunId);
        (run.State, run.Reason, run.Totals.BilledUsd).ShouldBe(("completed", null, CostRows.UsdOf(Day)));
        _told.Select(told => told.Attributes["ce-id"])
            .ShouldBe([$"{failed.RunId}.failed", $"{failed.RunId}.completed"]);
    }

    [Fact]
    public async Task A_fetch_message_that_is_rejected_at_the_door_ends_its_window()
    {
        using var answer = await _host.PostAsync(
            "events/fetch-requested",
            FetchBody("stray"),
            ("ce-specversion", "0.3"),
            ("ce-id", "1"),
            ("ce-source", "//eventpipeline"),
            ("ce-type", Pushes.FetchType));
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        var run = await _host.RunOfAsync("stray");
        run.State.ShouldBe("failed");
        var window = run.Windows.ShouldHaveSingleItem();
        (window.State, window.From, window.To).ShouldBe(("rejected", Day, Day));
        window.Reason.ShouldNotBeNull().ShouldContain("0.3");
    }

    [Fact]
    public async Task A_window_that_is_rejected_while_it_is_read_ends_once()
    {
        _host.Vendor.On(CostRows.Path, "{}", status: 401);

        (await FetchAsync("refused")).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        (await _host.CountAsync("run_events WHERE event = 'window_ended'")).ShouldBe(1);
        _told.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_run_that_nobody_works_on_is_shown_as_stalled_until_something_is_heard_of_it()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        var now = TimeProvider.System.GetUtcNow();
        await InsertAsync("production", "fresh", "requested", now.AddHours(-5.5));
        await InsertAsync("production", "silent", "requested", now.AddHours(-7));

        (await _host.RunOfAsync("fresh")).State.ShouldBe("running");
        var silent = await _host.RunOfAsync("silent");
        (silent.State, silent.Outcome, silent.EndedAt, silent.SilentForHours).ShouldBe(("stalled", null, null, 7.0));
        var listed = (await _host.GetAsync("runs"))
            .EnumerateArray()
            .Single(run => run.GetProperty("runId").GetString() == "silent");
        (listed.GetProperty("state").GetString(), listed.GetProperty("silentForHours").GetDouble())
            .ShouldBe(("stalled", 7.0));
        _told.ShouldBeEmpty();

        await InsertAsync("production", "silent", "attempt_failed", now);
        (await _host.RunOfAsync("silent")).State.ShouldBe("running");
    }

    private static void Fail(Statement statement, string name)
    {
        if (statement.Name == "insert_run_events" && statement.Parameters.Values.Contains(name))
        {
            throw new TransientFailureException("The warehouse is away.");
        }
    }

    private static (string Name, string Value)[] Named(string id) =>
        [
            ("ce-specversion", "1.0"),
            ("ce-id", id),
            ("ce-source", "//test"),
            ("ce-type", Pushes.RunType),
            ("ce-time", "2026-11-23T06:00:00Z"),
        ];

    private static string RunIdOf(string id) =>
        RunId.Create("//test", id, new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));

    private static string FetchBody(string runId) =>
        $$"""{"runId":"{{runId}}","mode":"production","vendor":"anthropic","account":"acme","report":"cost","from":"{{Day:yyyy-MM-dd}}","to":"{{Day:yyyy-MM-dd}}"}""";

    private Task<HttpStatusCode> FetchAsync(string runId, DateOnly? day = null) =>
        _host.PushFetchAsync(runId, "anthropic", "cost", day ?? Day, day ?? Day);

    /// <summary>Pushes what Pub/Sub forwards of a fetch message after its last attempt.</summary>
    private async Task<HttpStatusCode> ForwardAsync(string body, DateTimeOffset? published = null)
    {
        var push = Pushes.Wrapped(
            body,
            "copy",
            [
                .. Pushes.Binary(Pushes.FetchType),
                ("CloudPubSubDeadLetterSourceSubscription", "fetch-push"),
                ("CloudPubSubDeadLetterSourceDeliveryCount", "30"),
            ]);
        using var answer = await _host.PostAsync(
            "events/dead-lettered",
            push.Replace(
                "2026-11-22T23:59:59.123456789Z",
                $"{published ?? TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}",
                StringComparison.Ordinal));
        return answer.StatusCode;
    }

    private Task<bool> InsertAsync(string mode, string runId, string name, DateTimeOffset at)
    {
        string[] columns =
        [
            "window_id",
            "vendor",
            "account",
            "report",
            "window_start",
            "window_end",
            "state",
            "row_count",
            "tokens",
            "amount_usd",
            "estimated_usd",
            "load_id",
            "attempt",
            "reason", "details", "message_id", "plan_id",
        ];
        var row = columns.ToDictionary(column => column, _ => (object?)null);
        (row["run_id"], row["event"], row["mode"], row["recorded_at"]) = (runId, name, mode, at);
        return _host.Warehouse.ExecuteAsync(
            mode == "development" ? "ai_usage_analytics_dev" : "ai_usage_analytics",
            $"{runId}_{name}",
            Statement.Insert("insert_run_events", [row]),
            TestContext.Current.CancellationToken);
    }
}
