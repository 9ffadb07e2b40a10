using System.Text;
using EventPipeline.Load;
using EventPipeline.Local.DuckDb;
using EventPipeline.Local.Shared;
using EventPipeline.Tests.Broker;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.DuckDb;

public sealed class DuckDbWarehouseTests : IAsyncDisposable
{
    private readonly WarehouseFixture _file = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    [Fact]
    public async Task A_statement_runs_once_under_its_id_also_when_both_run_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => InsertAsync("event-1")));

        (await _file.AskAsync("SELECT COUNT(*) FROM run_events"))[0][0].ShouldBe(1L);
    }

    [Fact]
    public async Task A_statement_that_failed_can_be_tried_again_under_its_id()
    {
        var wrong = new Statement(
            "wrong",
            "INSERT INTO {dataset}.run_events (run_id) VALUES (@run_id)",
            new Dictionary<string, object?> { ["run_id"] = null });
        await Should.ThrowAsync<Exception>(
            () => _file.Warehouse.ExecuteAsync(WarehouseFixture.Dataset, "event-1", wrong, Token));

        await InsertAsync("event-1");

        (await _file.AskAsync("SELECT COUNT(*) FROM run_events"))[0][0].ShouldBe(1L);
    }

    [Fact]
    public async Task What_was_inserted_is_there_after_a_restart_and_is_not_inserted_again()
    {
        await InsertAsync("event-1");
        await _file.ReopenAsync();
        await InsertAsync("event-1");

        (await _file.AskAsync("SELECT COUNT(*) FROM run_events"))[0][0].ShouldBe(1L);
    }

    [Fact]
    public async Task A_file_of_an_older_version_gets_its_columns_and_keeps_its_rows()
    {
        await _file.ReopenAsync(
            $"INSERT INTO {WarehouseFixture.Dataset}.cost_versions BY NAME SELECT 'l' AS load_id, 'k' AS row_key, 'v' "
                + "AS vendor, 'a' AS account_id, "
                + "'r' AS report, 'g' AS grain, DATE '2026-11-22' AS usage_date, now() AS bucket_start, '1d' AS "
                + "bucket_width, 1 AS amount_usd, "
                + "'USD' AS currency, 'billed' AS basis, 0.5 AS quantity",
            $"ALTER TABLE {WarehouseFixture.Dataset}.cost_versions ALTER COLUMN quantity SET DATA TYPE DECIMAL(38, 9)",
            $"ALTER TABLE {WarehouseFixture.Dataset}.usage_versions ALTER COLUMN quantity SET DATA TYPE DECIMAL(38, 9)",
            $"ALTER TABLE {WarehouseFixture.Dataset}.cost_versions DROP COLUMN is_chargeable",
            $"ALTER TABLE {WarehouseFixture.Dataset}.dead_letter DROP COLUMN reopened");

        (await _file.AskAsync("SELECT typeof(quantity), quantity, is_chargeable FROM cost_versions"))[0]
            .ShouldBe(["DECIMAL(38,18)", 0.5m, null]);
        (await _file.AskAsync("SELECT COUNT(quantity) FROM usage"))[0][0].ShouldBe(0L);
        (await _file.AskAsync("SELECT COUNT(reopened) FROM dead_letters"))[0][0].ShouldBe(0L);
        (await _file.AskAsync(
            "SELECT COUNT(*) FROM information_schema.columns WHERE data_type = 'DECIMAL(38,9)' OR table_schema = "
                + "'local_expected'"))[0][0].ShouldBe(0L);
    }

    [Fact]
    public async Task A_file_whose_tables_and_views_are_as_they_should_be_is_opened_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "warehouse.duckdb");
        await OpenAndCloseAsync(folder);
        var made = await File.ReadAllBytesAsync(path, Token);

        await OpenAndCloseAsync(folder);

        (await File.ReadAllBytesAsync(path, Token)).SequenceEqual(made).ShouldBeTrue();
    }

    [Fact]
    public async Task A_view_that_is_missing_or_is_another_is_made_anew()
    {
        await _file.ReopenAsync($"DROP VIEW {WarehouseFixture.Dataset}.cost_estimated");
        await _file.AskAsync("SELECT vendor FROM cost_estimated");

        await _file.ReopenAsync($"CREATE OR REPLACE VIEW {WarehouseFixture.Dataset}.cost AS SELECT 1 AS another");
        await _file.AskAsync("SELECT vendor FROM cost");
    }

    [Fact]
    public async Task Every_table_every_view_and_every_column_says_what_it_is_also_after_a_restart()
    {
        await _file.ReopenAsync();

        (await _file.AskAsync(
            $"""
            SELECT table_name, '' FROM information_schema.tables
            WHERE table_schema = '{WarehouseFixture.Dataset}' AND COALESCE(table_comment, '') = ''
            UNION ALL SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = '{WarehouseFixture.Dataset}' AND COALESCE(column_comment, '') = ''
            """)).ShouldBeEmpty();
        (await _file.AskAsync(
            "SELECT DISTINCT column_comment FROM information_schema.columns "
                + "WHERE table_name IN ('usage', 'usage_versions') AND column_name = 'context_window'"))
            .ShouldHaveSingleItem()[0].ShouldBe("The context window's class, as the vendor spells it.");
    }

    [Fact]
    public async Task A_start_makes_nothing_anew()
    {
        await _file.ReopenAsync($"COMMENT ON VIEW {WarehouseFixture.Dataset}.cost IS 'A mark.'");

        (await _file.AskAsync("SELECT table_comment FROM information_schema.tables WHERE table_name = 'cost'"))
            .ShouldContain(row => (string?)row[0] == "A mark.");
    }

    [Fact]
    public async Task A_start_makes_anew_what_another_program_changed()
    {
        await _file.ReopenAsync(
            $"CREATE OR REPLACE VIEW {WarehouseFixture.Dataset}.cost AS "
                + $"SELECT * FROM {WarehouseFixture.Dataset}.cost_all",
            $"COMMENT ON VIEW {WarehouseFixture.Dataset}.cost IS 'A mark.'",
            $"DROP VIEW {WarehouseFixture.Dataset}.focus");

        (await _file.AskAsync("SELECT table_comment FROM information_schema.tables WHERE table_name = 'cost'"))
            .ShouldNotContain(row => (string?)row[0] == "A mark.");
        (await _file.AskAsync("SELECT COUNT(*) FROM focus"))[0][0].ShouldBe(0L);
    }

    [Fact]
    public async Task A_bad_row_loads_nothing_at_all()
    {
        await using var upload = await _file.Warehouse.StartUploadAsync(
            WarehouseFixture.Dataset, "cost_versions", "load-1", Token);
        var good = """{"load_id":"l","row_key":"k","vendor":"v","account_id":"a","report":"r","grain":"g","usage_date":"2026-11-22","bucket_start":"2026-11-22T00:00:00Z","bucket_width":"1d","amount_usd":"1.5","currency":"USD","basis":"billed"}""";
        await upload.WriteAsync(Encoding.UTF8.GetBytes(good), Token);
        await upload.WriteAsync(
            Encoding.UTF8.GetBytes(good.Replace("\"1.5\"", "\"many\"", StringComparison.Ordinal)), Token);

        await Should.ThrowAsync<Exception>(() => upload.LoadAsync(Token));

        (await _file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0].ShouldBe(0L);
    }

    private static async Task OpenAndCloseAsync(TemporaryFolder folder)
    {
        await using var warehouse = new DuckDbWarehouse(
            DataFolder.Open(folder.Path, simulated: true), Options.Create(new DatasetOptions()), TimeProvider.System);
    }

    private Task<bool> InsertAsync(string id)
    {
        var row = Columns.ToDictionary(name => name, _ => (object?)null);
        row["run_id"] = "run-1";
        row["event"] = "planned";
        row["mode"] = "production";
        row["recorded_at"] = new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
        return _file.Warehouse.ExecuteAsync(
            WarehouseFixture.Dataset, id, Statement.Insert("insert_run_events", [row]), Token);
    }

    private static readonly string[] Columns =
    [
        "run_id",
        "event",
        "mode",
        "window_id",
        "vendor",
        "account",
        "report",
        "window_start",
        "window_end",
        "state",
        "row_count",
        "tokens",
        "amount_usd", "estimated_usd", "load_id", "attempt", "reason", "details", "message_id", "recorded_at",
        "plan_id",
    ];
}
