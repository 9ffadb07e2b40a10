namespace EventPipeline.EndToEndTests;

/// <summary>
/// What the stand-in says that changes are billed for, and what it takes. Each test has tables of its own.
/// </summary>
public sealed class StandInChangeTests : StandInTest
{
    private const long Megabyte = 1024 * 1024;

    // What the columns of the rows of 1 and 2 November have, in bytes: vendor, day, n, text.
    private const int First = 5 + 8 + 8 + 3;
    private const int Second = 6 + 8 + 8 + 0;

    private BilledTables tables = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        tables = new BilledTables(StandIn);
        await tables.MakeAsync();
    }

    [Fact]
    public async Task A_change_is_billed_for_whole_partitions_and_an_insert_for_what_it_reads()
    {
        (await tables.ProcessedAsync("INSERT INTO d.moments (day) VALUES (DATE '2026-11-03')")).ShouldBe(0);
        (await tables.ProcessedAsync(
            "INSERT INTO d.moments (text) SELECT vendor FROM d.days WHERE day = DATE '2026-11-01'"))
            .ShouldBe(8 + 5);
        (await tables.ProcessedAsync("UPDATE d.days SET n = 3 WHERE day = DATE '2026-11-01'")).ShouldBe(First + 16);
        (await tables.ProcessedAsync("DELETE FROM d.days WHERE vendor = 'nobody'")).ShouldBe(First + Second + 5 + 6);
    }

    [Fact]
    public async Task A_table_is_billed_for_ten_megabytes_or_for_what_is_read()
    {
        var text = new string('x', 1 << 20);
        var rows = string.Join('\n', Enumerable.Range(0, 11).Select(_ => $$"""{"id":1,"name":"{{text}}"}"""));
        await BigQuery.LoadAsync("large", rows);

        await BigQuery.QueryAsync("SELECT id FROM d.t");
        await BigQuery.QueryAsync("SELECT name FROM d.t");
        await BigQuery.QueryAsync("SELECT t.name FROM d.t AS t JOIN d.days AS s ON s.n = t.id");

        (await StandIn.CostsAsync()).Jobs.Where(job => job.Kind == "SELECT").Select(job => job.BytesBilled)
            .ShouldBe([10 * Megabyte, 12 * Megabyte, 22 * Megabyte]);
    }

    [Theory]
    [InlineData("SELECT n FROM d.all_days WHERE day >= DATE '2026-11-02' AND vendor = 'abcd'")]
    [InlineData("SELECT n FROM d.days WHERE day >= DATE '0001-01-01' OR day IS NULL")]
    [InlineData("SELECT day FROM (SELECT day FROM d.days GROUP BY day) AS x WHERE day = DATE '2026-11-01'")]
    [InlineData("SELECT b.text FROM d.days AS a JOIN d.moments AS b ON a.day = b.day WHERE a.day = DATE '2026-11-01'")]
    [InlineData("INSERT INTO d.days (vendor, day) VALUES ('abc', DATE '2026-11-03')")]
    [InlineData("DELETE FROM d.days WHERE day = DATE '2026-11-01'")]
    [InlineData("CREATE VIEW d.more AS SELECT * FROM d.days")]
    [InlineData("ALTER TABLE d.days ADD COLUMN more STRING")]
    public async Task A_table_that_requires_a_filter_of_partitions_takes_what_has_one_or_reads_nothing(string sql)
    {
        await tables.RequireFilterAsync();

        StandInClient.Message(await BigQuery.QueryAsync(sql)).ShouldBe("");
    }

    [Fact]
    public async Task A_table_is_billed_for_the_size_that_is_arranged()
    {
        await ArrangeAsync(("days", "2024-01-01", "2026-12-31", 1000), ("moments", "2026-11-01", "2026-11-30", 7));

        // Of the columns of two rows, 11 and 16 bytes: half of each is what a row has.
        (await tables.ProcessedAsync("SELECT vendor FROM d.days")).ShouldBe(1096 * 1000 * 11 / 2);
        (await tables.ProcessedAsync("SELECT n FROM d.days WHERE day = DATE '2025-01-01'")).ShouldBe(1000 * 16);
        (await tables.ProcessedAsync("SELECT n FROM d.all_days WHERE day >= DATE '2026-12-01'"))
            .ShouldBe(31 * 1000 * 16);
        (await tables.ProcessedAsync("SELECT n FROM d.days WHERE day < DATE '2024-01-01'")).ShouldBe(0);
        (await tables.ProcessedAsync("SELECT text FROM d.moments WHERE at >= TIMESTAMP '2026-11-29 13:00:00'"))
            .ShouldBe(2 * 7 * (8 + 3));
    }

    private async Task ArrangeAsync(params (string Table, string First, string Last, int Rows)[] sizes)
    {
        foreach (var (table, first, last, rows) in sizes)
        {
            (await tables.PutSizeAsync(table, first, last, rows)).ShouldBe("");
        }
    }
}
