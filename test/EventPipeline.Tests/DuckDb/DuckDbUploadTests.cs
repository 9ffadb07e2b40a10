using System.Text;

namespace EventPipeline.Tests.DuckDb;

/// <summary>How the rows of an upload become transactions.</summary>
public sealed class DuckDbUploadTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private const string Page = """{"load_id":"l","vendor":"v","account_id":"a","report":"r","window_start":"2026-11-22","window_end":"2026-11-22","page_no":"1","part_no":"1","request_hash":"h","http_status":"200","payload":"TEXT","fetched_at":"2026-11-23T06:00:00Z"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task A_load_is_four_statements_however_many_parts_it_has_and_columns_are_asked_for_once()
    {
        await LoadAsync("load-1", "cost_versions", [.. Enumerable.Repeat(TableRowTests.Cost, 40)]);
        using var log = new StatementLog(file.Warehouse.File);

        await LoadAsync("load-2", "cost_versions", [.. Enumerable.Repeat(TableRowTests.Cost, 40)]);

        log.Read().Select(sql => string.Join(' ', sql.Split(' ', '\n', ';').Take(3)).Trim()).ShouldBe(
            [
                "BEGIN TRANSACTION",
                "INSERT INTO local_statements",
                $"INSERT INTO {WarehouseFixture.Dataset}.cost_versions",
                "COMMIT",
            ]);
    }

    [Fact]
    public async Task Short_rows_are_one_transaction_however_many()
    {
        await Should.ThrowAsync<RejectedEventException>(
            () => LoadAsync("load-1", "cost_versions", [.. Enumerable.Repeat(TableRowTests.Cost, 130_000), "{}"]));

        (await file.AskAsync("SELECT COUNT(*) FROM cost_versions"))[0][0].ShouldBe(0L);
    }

    [Fact]
    public async Task Long_texts_are_committed_in_between_so_that_memory_does_not_hold_all_of_them()
    {
        var page = Page.Replace("TEXT", new string('x', 100_000), StringComparison.Ordinal);

        await Should.ThrowAsync<RejectedEventException>(
            () => LoadAsync("load-1", "raw_page", [.. Enumerable.Repeat(page, 400), "{}"]));

        (await file.AskAsync("SELECT COUNT(*) BETWEEN 200 AND 300 FROM raw_page"))[0][0].ShouldBe(true);
    }

    [Fact]
    public async Task Rows_of_every_length_land_as_they_are_but_for_those_left_out()
    {
        int[] lengths = [0, 1, 65_000, 65_535, 65_536, 65_537, 200_000, 3, 131_072, 9_000_000, 5];
        await using var upload = await file.Warehouse.StartUploadAsync(
            WarehouseFixture.Dataset, "raw_page", "load-1", Token);
        foreach (var (i, length) in lengths.Index())
        {
            upload.Begin(i % 2);
            var page = Page.Replace("TEXT", new string('x', length), StringComparison.Ordinal);
            await upload.WriteAsync(Encoding.UTF8.GetBytes(page), Token);
        }

        upload.LeaveOut(1);
        await upload.LoadAsync(Token);

        (await file.AskAsync("SELECT length(payload) FROM raw_page ORDER BY 1")).Select(row => row[0])
            .ShouldBe(lengths.Where((_, i) => i % 2 == 0).Order().Select(length => (object?)(long)length));
    }

    private async Task LoadAsync(string id, string table, string[] rows)
    {
        await using var upload = await file.Warehouse.StartUploadAsync(WarehouseFixture.Dataset, table, id, Token);
        foreach (var (i, row) in rows.Index())
        {
            upload.Begin(i * 10 / rows.Length);
            await upload.WriteAsync(Encoding.UTF8.GetBytes(row), Token);
        }

        await upload.LoadAsync(Token);
    }
}
