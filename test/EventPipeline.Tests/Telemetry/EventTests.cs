using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Tests.Google;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Tests.Telemetry;

/// <summary>
/// The log entries that alerts are built on: their names and fields are a contract, written down in docs/telemetry.md.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class EventTests : IAsyncLifetime
{
    private const string ErrorReport =
        "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent";
    private static readonly DateOnly Day = new(2025, 1, 1);

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
    public async Task A_run_tells_of_its_plan_its_windows_its_end_and_how_fresh_the_data_is()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        var run = await _host.RunAsync("anthropic", "cost", Day, Day.AddDays(1));

        var window = _lines.Of("window.ended").ShouldHaveSingleItem();
        Texts(window, "severity", "runId", "mode", "vendor", "account", "report", "windowFrom", "windowTo", "state")
            .ShouldBe(
            ["INFO", run.RunId, "production", "anthropic", "acme", "cost", "2025-01-01", "2025-01-02", "loaded"]);
        (
            window.GetProperty("rows").GetInt64(),
            window.GetProperty("tokens").GetInt64(),
            window.GetProperty("windowDays").GetInt32())
            .ShouldBe((2L, 0L, 2));
        (window.GetProperty("usd").GetDecimal(), window.GetProperty("estimatedUsd").GetDecimal())
            .ShouldBe((run.Totals.BilledUsd, 0m));
        window.GetProperty("durationSeconds").GetDouble().ShouldBeGreaterThan(0);
        window.GetProperty("loadId").GetString().ShouldBe(run.Windows[0].LoadId);
        window.TryGetProperty("messageId", out _).ShouldBeTrue();
        var end = _lines.Of("run.completed").ShouldHaveSingleItem();
        Texts(end, "severity", "runId", "mode", "outcome", "from", "to")
            .ShouldBe(["INFO", run.RunId, "production", "completed", "2025-01-01", "2025-01-02"]);
        Numbers(end, "windows", "failedWindows", "rows", "tokens", "usd", "estimatedUsd")
            .ShouldBe([1m, 0m, 2m, 0m, run.Totals.BilledUsd, 0m]);
        end.GetProperty("durationSeconds").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        var freshness = _lines.Of("freshness").ShouldHaveSingleItem();
        Texts(freshness, "severity", "vendor", "account", "report", "dataCompleteUntil")
            .ShouldBe(["INFO", "anthropic", "acme", "cost", "2025-01-02"]);
        var age = TimeProvider.System.GetUtcNow() - new DateTimeOffset(2025, 1, 3, 0, 0, 0, TimeSpan.Zero);
        freshness.GetProperty("ageHours").GetDouble().ShouldBeInRange(age.TotalHours - 1, age.TotalHours + 0.001);
        var planned = _lines.Of("run.planned").ShouldHaveSingleItem();
        Texts(planned, "runId", "mode", "from", "to").ShouldBe([run.RunId, "production", "2025-01-01", "2025-01-02"]);
        Trace(planned).ShouldSatisfyAllConditions(
            trace => trace.ShouldStartWith("projects/p-1/traces/"),
            trace => trace.ShouldBe(Trace(window)),
            trace => trace.ShouldBe(Trace(end)));
    }

    [Fact]
    public async Task What_is_unusual_after_a_run_is_a_warning_once()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.Warehouse.ExecuteAsync(
            "ai_usage_analytics",
            "budget",
            Statement.Insert(
                "insert_budget_history",
                [
                    new Dictionary<string, object?>
                    {
                        ["scope"] = "account",
                        ["name"] = "anthropic/acme",
                        ["valid_from"] = Day,
                        ["monthly_usd"] = CostRows.UsdOf(Day) * 1.5m,
                        ["list"] = "budgets.csv",
                        ["change_id"] = "change",
                    },
                ]),
            TestContext.Current.CancellationToken);

        var run = await _host.RunAsync("anthropic", "cost", Day, Day);
        await _host.RunAsync("anthropic", "cost", Day, Day, ""","force":true""");

        var anomalies = _lines.Of("anomaly");
        anomalies.Select(one => string.Join(
            ' ', Texts(one, "severity", "kind", "vendor", "account", "usageDate", "unit", "runId")))
            .ShouldBe(
            [
                $"WARNING budget anthropic acme 2025-01-01 US dollars {run.RunId}",
                $"WARNING forecast anthropic acme 2025-01-01 US dollars {run.RunId}",
            ]);
        anomalies[0].TryGetProperty("report", out _).ShouldBeFalse();
        anomalies[0].GetProperty("value").GetDecimal().ShouldBe(CostRows.UsdOf(Day));
        anomalies[0].GetProperty("expected").GetDecimal().ShouldBe(CostRows.UsdOf(Day) * 1.5m);
        Texts(anomalies[0], "reason")[0].ShouldStartWith("50 % of the budget of account anthropic/acme for 2025-01");
    }

    [Fact]
    public async Task A_run_does_not_fail_when_nobody_can_tell_what_is_unusual()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "unusual_days")
            {
                throw new TransientFailureException("BigQuery is away.");
            }
        };

        (await _host.RunAsync("anthropic", "cost", Day, Day)).Outcome.ShouldBe("completed");

        const string said = "Could not look for anomalies after run";
        _lines.All.ShouldContain(entry => Texts(entry, "severity")[0] == "WARNING"
            && Texts(entry, "message")[0].StartsWith(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_person_has_to_act_on_is_an_error_report_and_what_passes_is_a_warning()
    {
        _host.Vendor.On(CostRows.Path, """{"error":{"type":"authentication_error","message":"invalid x-api-key"}}""", status: 401);

        var run = await _host.RunAsync("anthropic", "cost", Day, Day);

        var letter = _lines.Of("dead_letter.stored").ShouldHaveSingleItem();
        Texts(letter, "severity", "@type", "sourceTopic", "cause")
            .ShouldBe(["ERROR", ErrorReport, "fetch", "credential"]);
        Texts(letter, "deadLetterId")[0].ShouldStartWith("dl-");
        Texts(letter, "reason")[0].ShouldContain("401");
        Texts(letter, "hint")[0].ShouldNotBeEmpty();
        Texts(_lines.Of("window.ended").ShouldHaveSingleItem(), "severity", "@type", "state")
            .ShouldBe(["ERROR", ErrorReport, "rejected"]);
        var end = _lines.Of("run.completed").ShouldHaveSingleItem();
        Texts(end, "severity", "@type", "outcome", "runId").ShouldBe(["ERROR", ErrorReport, "failed", run.RunId]);
        end.GetProperty("failedWindows").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_window_that_is_tried_again_warns_and_one_that_is_given_up_is_an_error()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.BeforeLoad = _ => throw new TransientFailureException("The table is locked.");

        await _host.RunAsync("anthropic", "cost", Day, Day);

        var attempts = _lines.Of("window.attempt_failed");
        attempts.Count.ShouldBe(2);
        attempts.ShouldAllBe(attempt => Texts(attempt, "severity", "report", "reason").SequenceEqual(new[]
        {
            "WARNING", "cost", "The table is locked.",
        }));
        Texts(_lines.Of("window.ended").ShouldHaveSingleItem(), "severity", "@type", "state")
            .ShouldBe(["ERROR", ErrorReport, "failed"]);
        Texts(_lines.Of("dead_letter.stored").ShouldHaveSingleItem(), "cause").ShouldBe(["attempts_exhausted"]);
        _lines.All.Where(
            entry =>
                Texts(entry, "severity")[0] == "ERROR"
                    && Texts(entry, "logger")[0].StartsWith("EventPipeline.", StringComparison.Ordinal)
                && !Texts(entry, "logger")[0].StartsWith("EventPipeline.Local", StringComparison.Ordinal))
            .Select(entry => Texts(entry, "event")[0])
            .ShouldBe(["dead_letter.stored", "window.ended", "run.completed"], ignoreOrder: true);
    }

    [Fact]
    public async Task Drift_names_what_is_new()
    {
        _host.Vendor.OnDays(CostRows.Path, _ => """{"amount":"1","currency":"USD","description":"Tokens","novelty":1}""");

        await _host.WindowAsync("anthropic", "cost", Day);

        var drift = _lines.Of("drift").ShouldHaveSingleItem();
        Texts(drift, "severity", "vendor", "report").ShouldBe(["WARNING", "anthropic", "cost"]);
        drift.GetProperty("count").GetInt32().ShouldBe(1);
        Texts(drift, "notes")[0].ShouldContain("novelty");
    }

    [Fact]
    public async Task Many_windows_that_end_at_once_tell_one_end_of_the_run()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of).OnDays("/v1/organization/costs", _ => "");

        for (var number = 0; number < 5; number++)
        {
            var day = Day.AddDays(40 * number);
            await _host.RunAsync($$"""{"reports":["cost"],"from":"{{day:yyyy-MM-dd}}","to":"{{day.AddDays(35):yyyy-MM-dd}}"}""");
        }

        _lines.Of("run.completed").Count.ShouldBe(5);
        _lines.Of("run.completed").Select(end => Texts(end, "runId")[0]).ShouldBeUnique();
    }

    [Fact]
    public async Task A_dry_run_says_so_and_tells_nothing_of_freshness()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        await _host.RunAsync("anthropic", "cost", Day, Day, ",\"mode\":\"dry_run\"");

        Texts(_lines.Of("run.completed").ShouldHaveSingleItem(), "mode").ShouldBe(["dry_run"]);
        Texts(_lines.Of("window.ended").ShouldHaveSingleItem(), "mode").ShouldBe(["dry_run"]);
        _lines.Of("freshness").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_report_that_was_never_read_says_so_in_words()
    {
        _host.Vendor.On(CostRows.Path, """{"error":{"type":"authentication_error","message":"invalid x-api-key"}}""", status: 401);

        await _host.RunAsync("anthropic", "cost", Day, Day);

        var freshness = _lines.Of("freshness").ShouldHaveSingleItem();
        Texts(freshness, "message", "dataCompleteUntil")
            .ShouldBe(["anthropic/acme/cost has never been read.", "no dataCompleteUntil"]);
        freshness.TryGetProperty("ageHours", out _).ShouldBeFalse();
        Texts(freshness, "lastError")[0].ShouldContain("401");
    }

    [Fact]
    public async Task A_hole_is_named_and_data_is_complete_until_the_day_before()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", Day, Day.AddDays(1));

        await _host.RunAsync("anthropic", "cost", Day.AddDays(4), Day.AddDays(4));

        Texts(_lines.Of("freshness")[^1], "dataCompleteUntil", "firstHole", "settledUntil")
            .ShouldBe(["2025-01-02", "2025-01-03", "2025-01-05"]);
    }

    [Fact]
    public async Task Freshness_that_cannot_be_found_out_does_not_fail_the_run()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "freshness")
            {
                throw new IOException("The view is gone.");
            }
        };

        (await _host.RunAsync("anthropic", "cost", Day, Day)).State.ShouldBe("completed");

        _lines.Of("run.completed").Count.ShouldBe(1);
        _lines.All.ShouldContain(
            entry =>
                Texts(entry, "severity")[0] == "WARNING"
                    && Texts(entry, "message")[0].StartsWith("Could not determine", StringComparison.Ordinal));
    }

    private static string Trace(JsonElement entry) => Texts(entry, "logging.googleapis.com/trace")[0];

    private static string[] Texts(JsonElement entry, params string[] names) =>
        [.. names.Select(name => entry.TryGetProperty(name, out var value) ? value.GetString()! : $"no {name}")];

    private static decimal[] Numbers(JsonElement entry, params string[] names) =>
        [.. names.Select(name => entry.GetProperty(name).GetDecimal())];
}
