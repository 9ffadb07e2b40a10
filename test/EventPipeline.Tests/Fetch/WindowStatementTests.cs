using System.Collections.Concurrent;
using System.Net;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Fetch;

/// <summary>How many statements a window takes. What they cost in BigQuery is counted end to end.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WindowStatementTests : IAsyncLifetime
{
    private static readonly string[] OfAWindow =
        ["window_look_up", "prove_load", "insert_slice_versions", "visible_days", "run_standing"];

    private readonly ConcurrentQueue<string> _statements = new();
    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ServiceHost.StartAsync();
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", Day.AddDays(-20), Day.AddDays(-20)); // It is known who acme is.
        _host.Warehouse.Before = statement => _statements.Enqueue(statement.Name);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private DateOnly Day => _host.Yesterday;

    [Fact]
    public async Task A_loaded_window_asks_before_and_after_proves_and_commits()
    {
        (await _host.WindowAsync("anthropic", "cost", Day)).State.ShouldBe("loaded");

        Counted().ShouldBe(["window_look_up", "prove_load", "insert_slice_versions", "run_standing"]);
    }

    [Fact]
    public async Task An_unchanged_window_asks_and_commits_and_the_last_one_counts()
    {
        await _host.WindowAsync("anthropic", "cost", Day);
        _statements.Clear();

        (await _host.WindowAsync("anthropic", "cost", Day)).State.ShouldBe("unchanged");

        Counted().ShouldBe(["window_look_up", "insert_slice_versions", "run_standing"]);
    }

    [Fact]
    public async Task A_window_without_rows_proves_nothing_and_counts_nothing()
    {
        _host.Vendor.OnDays(CostRows.Path, _ => "");

        (await _host.WindowAsync("anthropic", "cost", Day)).State.ShouldBe("empty");

        Counted().ShouldBe(["window_look_up", "insert_slice_versions", "run_standing"]);
    }

    [Fact]
    public async Task A_window_that_has_ended_asks_once()
    {
        var run = await _host.RunAsync("anthropic", "cost", Day, Day);
        _statements.Clear();

        (await _host.PushFetchAsync(run.RunId, "anthropic", "cost", Day, Day)).ShouldBe(HttpStatusCode.NoContent);

        _statements.ShouldBe(["window_look_up"]);
    }

    [Fact]
    public async Task A_window_that_nobody_can_read_asks_nothing_and_its_dead_letter_ends_it()
    {
        (await _host.PushFetchAsync("r-1", "anthropix", "cost", Day, Day)).ShouldBe(HttpStatusCode.NoContent);
        (await _host.PushFetchAsync("r-1", "anthropic", "costs", Day, Day)).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        _statements.ShouldNotContain("window_look_up");
        (await _host.AskAsync(
            "SELECT report, state, reason FROM run_events WHERE run_id = 'r-1' AND event = 'window_ended' ORDER BY 1"))
            .ShouldBe(
            [
                ["cost", "rejected", "vendor is 'anthropix', which is unknown. Did you mean 'anthropic'?"],
                ["costs", "rejected", "report is 'costs', which is unknown. Did you mean 'cost'?"],
            ]);
        (await _host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task In_DuckDB_a_loaded_window_writes_three_tables_an_unchanged_one_one_and_neither_asks_for_columns()
    {
        using var log = new StatementLog(_host.File);

        await _host.WindowAsync("anthropic", "cost", Day);
        var loaded = log.Read();
        await _host.WindowAsync("anthropic", "cost", Day);
        var unchanged = log.Read().Skip(loaded.Count).ToList();

        Written(loaded).ShouldBe(["raw_page", "cost_versions", "slice_versions"], ignoreOrder: true);
        Written(unchanged).ShouldBe(["slice_versions"]);
        foreach (var window in new[] { loaded, unchanged })
        {
            var writes = window.Count(sql => sql.Contains("INSERT INTO local_statements", StringComparison.Ordinal));
            window.Count(sql => sql.StartsWith("BEGIN", StringComparison.Ordinal)).ShouldBe(writes);
            window.Count(sql => sql.StartsWith("COMMIT", StringComparison.Ordinal)).ShouldBe(writes);
            window.ShouldNotContain(sql => sql.Contains("information_schema", StringComparison.Ordinal));
        }

        static IEnumerable<string> Written(IEnumerable<string> statements) =>
            from sql in statements
            where sql.StartsWith("INSERT INTO", StringComparison.Ordinal)
            let table = sql.Split(' ', '\n')[2].Split('.')[^1]
            where table is "raw_page" or "cost_versions" or "slice_versions"
            select table;
    }

    [Fact]
    public async Task Many_windows_ask_and_commit_once_each_and_read_no_plan()
    {
        var run = await _host.RunAsync("anthropic", "cost", Day.AddDays(-330), Day.AddDays(-30));

        run.Windows.Count.ShouldBeGreaterThan(9);
        run.State.ShouldBe("completed");
        _statements.Count(name => name == "window_look_up").ShouldBe(run.Windows.Count);
        _statements.Count(name => name == "insert_slice_versions").ShouldBeInRange(1, run.Windows.Count);
        _statements.Count(name => name is "visible_days" or "run_standing")
            .ShouldBeLessThanOrEqualTo(run.Windows.Count);
        _statements.ShouldNotContain("plan_windows");
    }

    private IEnumerable<string> Counted() => _statements.Where(OfAWindow.Contains);
}
