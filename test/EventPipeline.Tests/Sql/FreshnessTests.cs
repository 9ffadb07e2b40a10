using EventPipeline.Tests.DuckDb;
using EventPipeline.Vendors;
using static EventPipeline.Tests.Sql.Facts;

namespace EventPipeline.Tests.Sql;

/// <summary>Until when data is complete, and which errors still stand.</summary>
public sealed class FreshnessTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private readonly Facts _facts = new(file);

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task A_report_is_complete_until_the_day_before_its_first_hole()
    {
        await ReadAsync(0, 1, 3, 4, 6);

        (await _facts.AskAsync("SELECT data_complete_until, first_hole, slices FROM freshness"))
            .ShouldBe([[Day.AddDays(1), Day.AddDays(2), 5L]]);
        await ReadAsync(2);
        (await CompleteUntilAsync()).ShouldBe(Day.AddDays(4));
        await ReadAsync(5);
        (await _facts.AskAsync("SELECT data_complete_until, first_hole FROM freshness"))
            .ShouldBe([[Day.AddDays(6), null]]);
    }

    [Fact]
    public async Task A_hole_that_no_run_looks_for_any_more_is_told_and_makes_nothing_stale()
    {
        await ReadAsync(-141, -95, 0, 1);

        (await _facts.AskAsync("SELECT data_complete_until, first_hole FROM freshness"))
            .ShouldBe([[Day.AddDays(1), Day.AddDays(-140)]]);
        await ReadAsync(-89);
        (await CompleteUntilAsync()).ShouldBe(Day.AddDays(-89));
    }

    [Fact]
    public async Task An_empty_day_is_no_hole_and_neither_is_a_day_that_a_snapshot_missed()
    {
        await ReadAsync(0, 2);
        await _facts.CommitAsync(
            "e", Morning(2), ("usage_date", Day.AddDays(1)), ("state", "empty"), ("grain", ""), ("row_count", 0));
        await _facts.CommitAsync("n", Morning(0), ("report", "names"));
        await _facts.CommitAsync("n", Morning(5), ("report", "names"), ("usage_date", Day.AddDays(5)));

        (await _facts.AskAsync("SELECT report, data_complete_until, first_hole FROM freshness ORDER BY 1"))
            .ShouldBe([["cost", Day.AddDays(2), null], ["names", Day.AddDays(5), null]]);
    }

    [Fact]
    public async Task The_view_knows_which_reports_have_no_past() =>
        (await _facts.AskAsync("SELECT vendor, report FROM snapshot_reports ORDER BY ALL")).ShouldBe(
            from vendor in VendorServiceCollectionExtensions.Known
            from report in vendor.Reports
            where !report.HasPast
            orderby vendor.Name, report.Name
            select (IReadOnlyList<object?>)[vendor.Name, report.Name]);

    [Fact]
    public async Task An_error_stays_until_each_day_of_its_window_was_read()
    {
        await ReadAsync(0, 1, 2, 3);
        await FailAsync("w", 1, 3, Morning(20), "Broken.");
        await _facts.CommitAsync("later", Morning(21), ("usage_date", Day.AddDays(9)));
        (await ErrorsAsync()).ShouldBe([["cost", "Broken.", Morning(20)]]);

        await _facts.CommitAsync("b", Morning(21), ("usage_date", Day.AddDays(1)));
        await _facts.CommitAsync("c", Morning(21), ("usage_date", Day.AddDays(3)));
        (await ErrorsAsync()).ShouldBe([["cost", "Broken.", Morning(20)]]);

        await _facts.CommitAsync("c", Morning(22), ("usage_date", Day.AddDays(2)), ("state", "unchanged"));
        (await ErrorsAsync()).ShouldBe([["cost", null, null]]);
    }

    [Fact]
    public async Task The_newest_error_that_stands_is_told()
    {
        await FailAsync("w-1", 0, 0, Morning(1), "Old.");
        await FailAsync("w-2", 1, 1, Morning(2), "Made good.");
        await FailAsync("w-3", 5, 5, Morning(1, minutes: 5), "Still stands.");
        await _facts.CommitAsync("a", Morning(3), ("usage_date", Day.AddDays(1)));

        (await ErrorsAsync()).ShouldBe([["cost", "Still stands.", Morning(1, minutes: 5)]]);
    }

    [Fact]
    public async Task A_window_that_succeeded_after_all_has_no_error_also_where_it_was_unchanged_before_it_failed()
    {
        await ReadAsync(0);
        await FailAsync("w", 0, 0, Morning(9), "Twice at once.");
        await _facts.InsertAsync(
            "run_events",
            ("event", "window_ended"),
            ("window_id", "w"),
            ("state", "unchanged"),
            ("window_start", Day),
            ("window_end", Day),
            ("recorded_at", Morning(8)));

        (await ErrorsAsync()).ShouldBe([["cost", null, null]]);
    }

    [Fact]
    public async Task A_window_that_succeeded_with_its_commit_has_no_error_either()
    {
        await FailAsync("w", 0, 0, Morning(9), "Twice at once.");
        await _facts.CommitAsync("a", Morning(8), ("window_id", "w"), ("window_outcome", "{}"));

        (await ErrorsAsync()).ShouldBe([["cost", null, null]]);
    }

    [Fact]
    public async Task An_error_of_a_snapshot_is_made_good_by_the_next_read()
    {
        await FailAsync("w", 0, 0, Morning(0), "No names.", ("report", "names"));
        await _facts.CommitAsync("n", Morning(-1), ("report", "names"), ("usage_date", Day.AddDays(-1)));
        (await ErrorsAsync()).ShouldBe([["names", "No names.", Morning(0)]]);

        await _facts.CommitAsync("m", Morning(1), ("report", "names"), ("usage_date", Day.AddDays(1)));

        (await ErrorsAsync()).ShouldBe([["names", null, null]]);
    }

    [Fact]
    public async Task A_report_that_is_refused_is_missing_with_the_reason()
    {
        await ReadAsync(0);
        await FailAsync("w", 1, 1, Morning(9), "May not.", ("event", "window_ended"), ("state", "refused"));

        (await ErrorsAsync()).ShouldBe([["cost", "May not.", Morning(9)]]);
        (await CompleteUntilAsync()).ShouldBe(Day);
    }

    [Fact]
    public async Task What_a_dry_run_fails_at_is_no_error_of_the_data()
    {
        await ReadAsync(0);
        await FailAsync("w", 0, 0, Morning(9), "Refused.", ("mode", "dry_run"));

        (await ErrorsAsync()).ShouldBe([["cost", null, null]]);
    }

    [Fact]
    public async Task Errors_find_the_account_by_its_name_and_one_that_was_never_read_has_a_row_of_its_own()
    {
        await _facts.CommitAsync("a", Morning(1), ("account_id", "acme"));
        await _facts.CommitAsync("b", Morning(2));
        await FailAsync("w-1", 0, 0, Morning(3), "Of org-1.");
        await FailAsync("w-2", 0, 0, Morning(3), "Never read.", ("account", "labs"));

        (
            await _facts.AskAsync(
                "SELECT account, account_id, data_complete_until, slices, last_error FROM freshness ORDER BY account, "
                    + "account_id"))
            .ShouldBe(
        [
            ["acme", "acme", Day, 1L, null], ["acme", "org-1", Day, 1L, "Of org-1."],
            [
                "labs",
                null,
                null,
                null,
                "Never read.",
            ],
        ]);
    }

    [Fact]
    public async Task A_renamed_account_is_one_row_under_its_newest_name()
    {
        await _facts.CommitAsync("a", Morning(1), ("account", "acme"));
        await _facts.CommitAsync("b", Morning(2), ("account", "renamed"), ("usage_date", Day.AddDays(1)));
        await FailAsync("w", 5, 5, Morning(3), "Under the old name.");

        (await _facts.AskAsync("SELECT account, account_id, data_complete_until, last_error FROM freshness"))
            .ShouldBe([["renamed", "org-1", Day.AddDays(1), "Under the old name."]]);
    }

    [Fact]
    public async Task A_report_that_fails_since_its_account_was_renamed_stands_under_the_new_name_as_the_others_do()
    {
        await _facts.CommitAsync("a", Morning(1), ("account", "acme"));
        await _facts.CommitAsync("b", Morning(1), ("account", "acme"), ("report", "messages_usage"));
        await _facts.CommitAsync("c", Morning(2), ("account", "renamed"), ("usage_date", Day.AddDays(1)));
        await FailAsync(
            "w", 1, 1, Morning(2), "A scope is missing.", ("account", "renamed"), ("report", "messages_usage"));

        (
            await _facts.AskAsync(
                "SELECT account, report, data_complete_until, last_error FROM freshness ORDER BY report"))
            .ShouldBe(
            [["renamed", "cost", Day.AddDays(1), null], ["renamed", "messages_usage", Day, "A scope is missing."]]);
    }

    [Fact]
    public async Task A_newest_read_that_lies_in_the_future_is_told()
    {
        await ReadAsync(0);
        (await _facts.ValueAsync("SELECT last_read_in_future FROM freshness")).ShouldBe(false);

        await _facts.CommitAsync("a", TimeProvider.System.GetUtcNow().AddHours(1));

        (await _facts.ValueAsync("SELECT last_read_in_future FROM freshness")).ShouldBe(true);
    }

    private async Task ReadAsync(params int[] days)
    {
        foreach (var day in days)
        {
            await _facts.CommitAsync("a", Morning(10), ("usage_date", Day.AddDays(day)));
        }
    }

    private Task FailAsync(
        string window,
        int from,
        int to,
        DateTimeOffset at,
        string reason,
        params (string Column, object? Value)[] row) =>
        _facts.InsertAsync(
        "run_events",
        [
            ("event", "attempt_failed"),
            ("window_id", window),
            ("window_start", Day.AddDays(from)),
            ("window_end", Day.AddDays(to)),
            ("recorded_at", at),
            ("reason", reason), .. row,
        ]);

    private Task<object?> CompleteUntilAsync() => _facts.ValueAsync("SELECT data_complete_until FROM freshness");

    private Task<IReadOnlyList<IReadOnlyList<object?>>> ErrorsAsync() =>
        _facts.AskAsync("SELECT report, last_error, last_error_at FROM freshness");
}
