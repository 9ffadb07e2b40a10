using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EventPipeline.Messages;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.DeadLetters;

/// <summary>From what cannot be done to its replay, through topics and tables.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed partial class WholeDeadLetterTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 1, 1);
    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_rejected_trigger_is_listed_with_what_to_do_replayed_until_the_guard_says_no_and_discarded()
    {
        await PublishTriggerAsync("""{"attributes":{"dayz":"3","vendors":"anthropic"}}""");

        var listed = await OnlyAsync();
        Text(listed, "reason").ShouldContain("'dayz'");
        Text(listed, "hint").ShouldContain("'days'");
        (Text(listed, "cause"), Text(listed, "state"), Text(listed, "sourceTopic"))
            .ShouldBe(("bad_input", "open", "trigger"));
        var command = CurlCommand().Match(Text(listed, "replayCommand"));
        command.Success.ShouldBeTrue(Text(listed, "replayCommand"));
        var shown = await _host.GetAsync($"dead-letters/{Id(listed)}");
        shown.GetProperty("attributes").GetProperty("dayz").GetString().ShouldBe("3");
        (await _host.GetAsync("status")).GetProperty("openDeadLetters").GetInt32().ShouldBe(1);

        using (
            var replayed = await _host.Http.PostAsync(
                new Uri(command.Groups["url"].Value), null, TestContext.Current.CancellationToken))
        {
            replayed.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await _host.IdleAsync();
        var again = await OnlyAsync();
        (Id(again), Text(again, "state"), Replays(again)).ShouldBe((Id(listed), "open", 1));
        await ReplayAsync(again, HttpStatusCode.OK);
        var third = await OnlyAsync();
        (Replays(third), Text(third, "replayCommand").Contains("force=true", StringComparison.Ordinal))
            .ShouldBe((2, true));
        (await ReplayAsync(third, HttpStatusCode.Conflict))
            .GetProperty("detail")
            .GetString()
            .ShouldNotBeNull()
            .ShouldContain("force=true");
        await ReplayAsync(third, HttpStatusCode.OK, "?force=true");
        var fourth = await OnlyAsync();
        (Text(fourth, "state"), Replays(fourth)).ShouldBe(("open", 3));

        await PostAsync($"dead-letters/{Id(fourth)}/discard", HttpStatusCode.OK);
        Text(await OnlyAsync(), "state").ShouldBe("discarded");
        (await _host.GetAsync("dead-letters?state=open")).GetArrayLength().ShouldBe(0);
        await ReplayAsync(fourth, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_dead_letter_that_comes_twice_is_stored_once()
    {
        foreach (var _ in Enumerable.Range(0, 3))
        {
            (await _host.PushTriggerAsync("""{"days":99}""", "4001")).ShouldBe(HttpStatusCode.NoContent);
            using var strange = await _host.PostAsync(
                "events/dead-lettered", Trigger.Pushes.Wrapped("nobody knows", "4002"));
            strange.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        await _host.IdleAsync();

        (await _host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(2);
        (await _host.CountAsync("dead_letter")).ShouldBe(2);
    }

    [Fact]
    public async Task What_Pub_Sub_gave_up_ends_its_window_and_its_run_and_a_replay_after_the_mending_completes_both()
    {
        // 410 may pass and is not asked again at once.
        _host.Vendor.On(CostRows.Path, """{"error":{"message":"page expired"}}""", status: 410);

        var failed = await _host.RunAsync("anthropic", "cost", Day, Day);

        failed.State.ShouldBe("failed");
        var window = failed.Windows.ShouldHaveSingleItem();
        (window.State, window.Attempts).ShouldBe(("failed", 2));
        window.Reason.ShouldNotBeNull().ShouldContain("page expired");
        window.Reason.Split("The last attempt:").Length.ShouldBe(2);
        var letter = await OnlyAsync();
        (Text(letter, "cause"), Text(letter, "sourceTopic")).ShouldBe(("attempts_exhausted", "fetch"));
        Text(letter, "reason")
            .ShouldContain("The last attempt: anthropic/acme/cost 2025-01-01..2025-01-01: the vendor answered 410");
        Text(letter, "reason").ShouldContain("page expired");

        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await ReplayAsync(letter, HttpStatusCode.OK);

        var mended = await _host.RunOfAsync(failed.RunId);
        (mended.State, mended.Totals.BilledUsd).ShouldBe(("completed", CostRows.UsdOf(Day)));
        (
            await _host.AskAsync(
                $"SELECT state FROM run_events WHERE event = 'completed' AND run_id = '{failed.RunId}' ORDER BY 1"))
            .ShouldBe([["completed"], ["failed"]]);
        Text(await OnlyAsync(), "state").ShouldBe("resolved");
    }

    [Fact]
    public async Task What_Pub_Sub_gave_up_is_stored_when_its_last_failure_cannot_be_looked_up()
    {
        var copy = Trigger.Pushes.Wrapped(
            """{"runId":"r-1","vendor":"anthropic","account":"acme","report":"cost","from":"2025-01-01","to":"2025-01-01","why":"daily","mode":"production","force":false}""",
            "copy-1",
            [
                ("ce-type", FetchRequested.EventType),
                ("ce-id", "r-1.w"),
                ("ce-source", "//tests"),
                ("ce-specversion", "1.0"),
                ("CloudPubSubDeadLetterSourceDeliveryCount", "5"),
                ("CloudPubSubDeadLetterSourceSubscription", "fetch-push"),
                ("CloudPubSubDeadLetterSourceSubscriptionProject", "p"),
                ("CloudPubSubDeadLetterSourceTopicPublishTime", "2026-11-20T06:00:00.5+00:00"),
            ]).Replace("2026-11-22T23:59:59.123456789Z",
                $"{TimeProvider.System.GetUtcNow():O}", StringComparison.Ordinal);
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "run_events")
            {
                throw new TransientFailureException("The warehouse is away.");
            }
        };

        using (var answer = await _host.PostAsync("events/dead-lettered", copy))
        {
            answer.StatusCode.ShouldNotBe(HttpStatusCode.NoContent, "The window's end is still to be recorded.");
        }

        _host.Warehouse.Mend();
        Text(await OnlyAsync(), "reason")
            .ShouldBe("Pub/Sub gave up after 5 deliveries on the subscription 'fetch-push'.");
        using (var answer = await _host.PostAsync("events/dead-lettered", copy))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        Text(await OnlyAsync(), "state").ShouldBe("open");
    }

    [Fact]
    public async Task A_refused_key_names_the_key_the_vendor_wants_and_its_replay_completes_the_run()
    {
        _host.Vendor.On(CostRows.Path, """{"error":{"type":"authentication_error","message":"invalid x-api-key"}}""", status: 401);

        var failed = await _host.RunAsync("anthropic", "cost", Day, Day);

        var letter = await OnlyAsync();
        (failed.State, Text(letter, "cause")).ShouldBe(("failed", "credential"));
        Text(letter, "hint").ShouldContain("sk-ant-admin01-");
        failed.Windows.ShouldHaveSingleItem().State.ShouldBe("rejected");
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        await ReplayAsync(letter, HttpStatusCode.OK);

        (await _host.RunOfAsync(failed.RunId)).State.ShouldBe("completed");
    }

    [Fact]
    public async Task A_replay_that_worked_is_resolved_also_if_its_record_was_lost()
    {
        _host.Vendor.On(CostRows.Path, "{}", status: 410);
        var run = await _host.RunAsync("anthropic", "cost", Day, Day);
        var letter = await OnlyAsync();
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "insert_dead_letter" && statement.Parameters.Values.Contains("replayed"))
            {
                throw new TransientFailureException("The disk is full.");
            }
        };

        await ReplayAsync(letter, HttpStatusCode.ServiceUnavailable);

        _host.Warehouse.Mend();
        (await _host.RunOfAsync(run.RunId)).State.ShouldBe("completed");
        var resolved = await OnlyAsync();
        (Text(resolved, "state"), Replays(resolved)).ShouldBe(("resolved", 0));
    }

    [Fact]
    public async Task What_is_too_large_is_kept_as_a_prefix_and_a_hash_and_cannot_be_replayed()
    {
        var body = new string('x', (14 * 1024 * 1024) + 1);

        using (var answer = await _host.PostAsync("events/run-requested", body))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        await _host.IdleAsync();
        var letter = await _host.GetAsync($"dead-letters/{Id(await OnlyAsync())}");
        letter.GetProperty("payloadTruncated").GetBoolean().ShouldBeTrue();
        letter.GetProperty("payloadBytes").GetInt64().ShouldBe(body.Length);
        Text(letter, "payloadSha256").ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))));
        Text(letter, "payload").ShouldBe(new string('x', 64 * 1024));
        (await ReplayAsync(letter, HttpStatusCode.Conflict, "?force=true"))
            .GetProperty("detail")
            .GetString()
            .ShouldNotBeNull()
            .ShouldContain("too large");
    }

    [Fact]
    public async Task A_trigger_replayed_days_later_is_the_run_it_would_have_been()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (var before = await ServiceHost.StartAsync(folder, [("Anthropic", "acme", "key-1")]))
        {
            (await before.PushTriggerAsync("""{"accounts":["labs"],"reports":["cost"]}""", "6001")).ShouldBe(HttpStatusCode.NoContent);
            await before.IdleAsync();
            id = Id((await before.GetAsync("dead-letters")).EnumerateArray().ShouldHaveSingleItem());
        }

        await using var host = await ServiceHost.StartAsync(folder, [("Anthropic", "labs", "key-1")]);
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        using var replayed = await host.PostAsync($"dead-letters/{id}/replay", "");
        await host.IdleAsync();

        var time = new DateTimeOffset(2026, 11, 22, 23, 59, 59, TimeSpan.Zero);
        var run = await host.RunOfAsync(
            RunId.Create("//pubsub.googleapis.com/projects/p/subscriptions/trigger", "6001", time));
        (run.State, run.From, run.To).ShouldBe(("completed", new DateOnly(2026, 11, 21), new DateOnly(2026, 11, 21)));
        (await host.GetAsync("dead-letters?state=open")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_message_that_Pub_Sub_would_not_take_cannot_be_replayed_and_says_why()
    {
        (await _host.PushTriggerAsync("{}", "4003", (new string('k', 300), "1"))).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        (await ReplayAsync(await OnlyAsync(), HttpStatusCode.Conflict))
            .GetProperty("detail")
            .GetString()
            .ShouldNotBeNull()
            .ShouldContain("more than 256 bytes");
    }

    [Fact]
    public async Task A_dead_letter_that_is_not_there_cannot_be_decided()
    {
        await PostAsync("dead-letters/dl-00000000000000000000/replay", HttpStatusCode.NotFound);
        await PostAsync("dead-letters/dl-00000000000000000000/discard", HttpStatusCode.NotFound);
        await PostAsync("dead-letters/'%20OR%201=1/replay", HttpStatusCode.NotFound);
        await PostAsync("dead-letters/dl-00000000000000000000/replay?force=perhaps", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_run_is_one_trace_from_its_trigger_to_its_dead_letters()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        _host.Vendor.On(CostRows.Path, "{}", status: 401);
        var body = """{"vendors":["anthropic"],"reports":["cost"],"from":"2025-01-01","to":"2025-01-01"}""";

        await _host.PushTriggerAsync(body, "5001", ("traceparent", $"00-{trace}-b7ad6b7169203331-01"));
        await _host.IdleAsync();
        var pushed = await _host.GetAsync($"dead-letters/{Id(await OnlyAsync())}");
        using (
            var byHand = await _host.PostAsync(
                "run-daily-job", body, ("traceparent", $"00-{trace[..31]}d-b7ad6b7169203331-01")))
        {
            byHand.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        await _host.IdleAsync();
        Text(pushed, "sourceTopic").ShouldBe("fetch");
        Text(pushed, "traceparent").ShouldStartWith($"00-{trace}-");
        Text(pushed, "traceparent").ShouldNotContain("b7ad6b7169203331");
        (await _host.AskAsync("SELECT DISTINCT substr(traceparent, 4, 32) FROM dead_letter ORDER BY 1"))
            .ShouldBe([[trace], [$"{trace[..31]}d"]], ignoreOrder: true);
    }

    private async Task PublishTriggerAsync(string message)
    {
        using var answer = await _host.PostAsync("v1/projects/local/topics/eventpipeline-trigger:publish", $$"""{"messages":[{{message}}]}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.IdleAsync();
    }

    private Task<JsonElement> ReplayAsync(JsonElement letter, HttpStatusCode expected, string query = "") =>
        PostAsync($"dead-letters/{Id(letter)}/replay{query}", expected);

    private async Task<JsonElement> PostAsync(string path, HttpStatusCode expected)
    {
        using var answer = await _host.PostAsync(path, "");
        answer.StatusCode.ShouldBe(expected, path);
        await _host.IdleAsync();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    private async Task<JsonElement> OnlyAsync() =>
        (await _host.GetAsync("dead-letters")).EnumerateArray().ShouldHaveSingleItem();

    private static string Id(JsonElement letter) => Text(letter, "id");

    private static string Text(JsonElement letter, string name) =>
        letter.GetProperty(name).GetString().ShouldNotBeNull();

    private static int Replays(JsonElement letter) => letter.GetProperty("replays").GetInt32();

    [GeneratedRegex(@"\Acurl -X POST '(?<url>http://127\.0\.0\.1:[0-9]+/dead-letters/dl-[0-9a-f]{20}/replay)'\z")]
    private static partial Regex CurlCommand();
}
