using System.Net;
using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.DeadLetters;

/// <summary>
/// A letter says whom it concerns and why the last attempt failed, and is resolved by whatever loads it.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeResolvedTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 1, 1);

    private ServiceHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task What_was_rejected_says_whose_it_is_and_a_later_run_of_all_its_days_resolves_it()
    {
        _host.Vendor.On(CostRows.Path, """{"error":{"message":"No."}}""", status: 400);
        var failed = await _host.RunAsync("anthropic", "cost", Day, Day.AddDays(2));

        var letter = await OnlyAsync();
        Text(letter, "state").ShouldBe("open");
        (Text(letter, "runId"), Text(letter, "mode")).ShouldBe((failed.RunId, "production"));
        (Text(letter, "vendor"), Text(letter, "account"), Text(letter, "report"))
            .ShouldBe(("anthropic", "acme", "cost"));
        (Text(letter, "from"), Text(letter, "to")).ShouldBe(("2025-01-01", "2025-01-03"));
        letter.GetProperty("windows").GetInt64().ShouldBe(1);
        Text(letter, "lastError").ShouldBe(Text(letter, "reason"));

        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", Day, Day.AddDays(1));
        Text(await OnlyAsync(), "state").ShouldBe("open", "a day is missing");
        await _host.RunAsync("anthropic", "cost", Day.AddDays(2), Day.AddDays(2), ",\"mode\":\"development\"");
        Text(await OnlyAsync(), "state").ShouldBe("open", "what another dataset holds is another's");
        await _host.RunAsync("anthropic", "cost", Day.AddDays(2), Day.AddDays(2));

        Text(await OnlyAsync(), "state").ShouldBe("resolved");
        (await _host.GetAsync("status")).GetProperty("openDeadLetters").GetInt32().ShouldBe(0);
        (await _host.GetAsync("dead-letters?state=open")).GetArrayLength().ShouldBe(0);
        (await _host.GetAsync("dead-letters?state=resolved")).GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task What_had_been_loaded_before_it_failed_resolves_nothing()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", Day, Day);
        _host.Vendor.On(CostRows.Path, """{"error":{"message":"No."}}""", status: 400);
        await _host.RunAsync("anthropic", "cost", Day, Day, ",\"force\":true");

        Text(await OnlyAsync(), "state").ShouldBe("open");
    }

    [Fact]
    public async Task What_Pub_Sub_gave_up_carries_the_last_attempts_error_and_a_discarded_letter_stays_discarded()
    {
        _host.Vendor.On(CostRows.Path, """{"error":{"message":"page expired"}}""", status: 410);
        await _host.RunAsync("anthropic", "cost", Day, Day);
        var letter = await OnlyAsync();
        Text(letter, "lastError")
            .ShouldStartWith("anthropic/acme/cost 2025-01-01..2025-01-01: the vendor answered 410");

        using var answer = await _host.PostAsync($"dead-letters/{Text(letter, "id")}/discard", "");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", Day, Day);

        Text(await OnlyAsync(), "state").ShouldBe("discarded");
    }

    [Fact]
    public async Task A_resolved_letter_is_replayed_by_force_alone_and_opens_again_when_that_fails()
    {
        _host.Vendor.On(CostRows.Path, """{"error":{"message":"No."}}""", status: 400);
        await _host.RunAsync("anthropic", "cost", Day, Day);
        var id = Text(await OnlyAsync(), "id");
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", Day, Day);

        using var refused = await _host.PostAsync($"dead-letters/{id}/replay", "");
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync(Cancellation)).ShouldContain("has been loaded since");
        _host.Vendor.On(CostRows.Path, """{"error":{"message":"No."}}""", status: 400);
        using var forced = await _host.PostAsync($"dead-letters/{id}/replay?force=true", "");
        forced.StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.IdleAsync();

        (Text(await OnlyAsync(), "state"), (await OnlyAsync()).GetProperty("replays").GetInt32()).ShouldBe(("open", 1));
    }

    [Fact]
    public async Task A_window_of_which_days_were_committed_before_it_failed_is_resolved_by_its_own_end()
    {
        _host.Vendor.On(CostRows.Path, """{"error":{"message":"No."}}""", status: 400);
        var run = await _host.RunAsync("anthropic", "cost", Day, Day.AddDays(2));
        var id = Text(await OnlyAsync(), "id");
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        using var answer = await _host.PostAsync($"dead-letters/{id}/replay", "");
        await _host.IdleAsync();

        // As if its first two days were those of steps that came before the one that failed.
        await _host.Warehouse.ExecuteAsync(
            "ai_usage_analytics",
            "earlier",
            new Statement(
                "earlier",
                "UPDATE {dataset}.slice_versions SET committed_at = committed_at - INTERVAL 1 DAY "
                    + $"WHERE run_id = '{run.RunId}' AND usage_date < DATE '2025-01-03'",
                new Dictionary<string, object?>()),
            Cancellation);

        Text(await OnlyAsync(), "state").ShouldBe("resolved");
    }

    [Fact]
    public async Task A_trigger_that_was_rejected_is_resolved_once_its_run_has_completed()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "slices_read")
            {
                throw new TransientFailureException("The warehouse is away.");
            }
        };
        var run = await _host.RunAsync("anthropic", "cost", Day, Day);
        run.State.ShouldBe("failed");
        var letter = await OnlyAsync();
        (Text(letter, "sourceTopic"), Text(letter, "runId")).ShouldBe(("trigger", run.RunId));
        (Text(letter, "state"), letter.GetProperty("vendor").ValueKind).ShouldBe(("open", JsonValueKind.Null));

        _host.Warehouse.Mend();
        using var answer = await _host.PostAsync($"dead-letters/{Text(letter, "id")}/replay", "");
        await _host.IdleAsync();

        (await _host.RunOfAsync(run.RunId)).State.ShouldBe("completed");
        Text(await OnlyAsync(), "state").ShouldBe("resolved");
    }

    [Theory]
    [InlineData("dead-letters?cause=bad", "bad_input")]
    [InlineData("dead-letters?since=never", "YYYY-MM-DD")]
    [InlineData("dead-letters?page=x", "Link")]
    [InlineData("dead-letters/groups?state=closed", "discarded")]
    [InlineData("dead-letters/groups?limit=1", "limit")]
    public async Task A_filter_that_cannot_be_read_is_refused_by_name(string path, string named) =>
        (await _host.GetAsync(path, HttpStatusCode.BadRequest)).GetProperty("detail").GetString()
            .ShouldNotBeNull().ShouldContain(named);

    private static string Text(JsonElement letter, string name) => letter.GetProperty(name).GetString()!;

    private async Task<JsonElement> OnlyAsync() =>
        (await _host.GetAsync("dead-letters")).EnumerateArray().ShouldHaveSingleItem();
}
