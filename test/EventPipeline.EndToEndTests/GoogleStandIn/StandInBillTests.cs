using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace EventPipeline.EndToEndTests;

/// <summary>What the stand-in says that a statement reads and is billed for.</summary>
public sealed class StandInBillTests : StandInTest
{
    private const long Megabyte = 1024 * 1024;

    // What the columns of the rows of 1 and 2 November have, in bytes: vendor, day, n, text.
    private const int First = 5 + 8 + 8 + 3;
    private const int Second = 6 + 8 + 8 + 0;

    [Theory]
    [InlineData("SELECT vendor FROM d.days", 5 + 6)]
    [InlineData("SELECT * FROM d.days", First + Second)]
    [InlineData("SELECT text FROM d.days WHERE n > 0", 3 + 16)]
    [InlineData("SELECT COUNT(*) FROM d.days", 0)]
    [InlineData("SELECT n FROM d.days WHERE day = DATE '2026-11-01'", 16)]
    [InlineData("SELECT n FROM d.days WHERE day BETWEEN DATE '2026-11-02' AND DATE '2026-11-09'", 16)]
    [InlineData("SELECT n FROM d.days WHERE day IN (DATE '2026-11-02', DATE '2026-11-09')", 16)]
    [InlineData("SELECT n FROM d.days WHERE day > DATE '2026-11-01' AND vendor = 'abcd'", 16 + 6)]
    [InlineData("SELECT n FROM d.all_days WHERE day = DATE '2026-11-01'", 16)]
    [InlineData("SELECT n FROM d.days WHERE day > DATE_ADD(CURRENT_DATE, INTERVAL 9999 DAY)", 0)]
    [InlineData("WITH x AS (SELECT * FROM d.days) SELECT n FROM x WHERE day = DATE '2026-11-01'", 16)]
    [InlineData("SELECT day FROM (SELECT day FROM d.days GROUP BY day) AS x WHERE day = DATE '2026-11-01'", 8)]
    [InlineData(
        "SELECT n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY day ORDER BY n) AS r FROM d.days) AS x "
            + "WHERE r = 1 AND day = DATE '2026-11-01'",
        16)]
    [InlineData("SELECT text FROM d.moments WHERE at >= TIMESTAMP '2026-11-02 13:00:00'", 8 + 3)]
    [InlineData("SELECT text FROM d.moments WHERE at < TIMESTAMP '2026-11-02 00:00:00'", 8 + 3)]
    [InlineData("SELECT 1", 0)]
    public async Task A_constant_filter_leaves_partitions_out_and_only_columns_that_are_read_count(
        string sql, long bytes) => (await ProcessedAsync(sql)).ShouldBe(bytes);

    [Theory]
    [InlineData("SELECT n FROM d.days WHERE day IN (SELECT MIN(x.day) FROM d.days AS x)")]
    [InlineData("SELECT n FROM d.days WHERE day = (SELECT MIN(x.day) FROM d.days AS x)")]
    [InlineData("SELECT n FROM d.days WHERE day = DATE '2026-11-01' OR n = 7")]
    [InlineData(
        "SELECT n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY n ORDER BY day) AS r FROM d.days) AS x "
            + "WHERE r = 1 AND day = DATE '2026-11-01'")]
    [InlineData("SELECT n FROM d.days WHERE DATE_ADD(day, INTERVAL (n) DAY) > DATE '2026-11-02'")]
    public async Task A_filter_that_is_not_constant_reads_every_partition(string sql) =>
        (await ProcessedAsync(sql)).ShouldBe(2 * 16);

    [Fact]
    public async Task A_constant_of_one_table_leaves_out_no_partition_of_another()
    {
        const string joined =
            "SELECT a.n FROM d.days AS a JOIN d.moments AS b ON a.day = b.day WHERE b.day = DATE '2026-11-01'";

        (await ProcessedAsync(joined)).ShouldBe((2 * 16) + (2 * 8));
        (await ProcessedAsync($"{joined} AND a.day = DATE '2026-11-01'")).ShouldBe(16 + (2 * 8));
    }

    [Fact]
    public async Task A_change_is_billed_for_whole_partitions_and_an_insert_for_what_it_reads()
    {
        (await ProcessedAsync("INSERT INTO d.moments (day) VALUES (DATE '2026-11-03')")).ShouldBe(0);
        (await ProcessedAsync(
            "INSERT INTO d.moments (text) SELECT vendor FROM d.days WHERE day = DATE '2026-11-01'"))
            .ShouldBe(8 + 5);
        (await ProcessedAsync("UPDATE d.days SET n = 3 WHERE day = DATE '2026-11-01'")).ShouldBe(First + 16);
        (await ProcessedAsync("DELETE FROM d.days WHERE vendor = 'nobody'")).ShouldBe(First + Second + 5 + 6);
    }

    [Fact]
    public async Task A_table_is_billed_for_ten_megabytes_or_for_what_is_read()
    {
        await MakeAsync();
        var text = new string('x', 1 << 20);
        var rows = string.Join('\n', Enumerable.Range(0, 11).Select(_ => $$"""{"id":1,"name":"{{text}}"}"""));
        await BigQuery.LoadAsync("large", rows);

        await BigQuery.QueryAsync("SELECT id FROM d.t");
        await BigQuery.QueryAsync("SELECT name FROM d.t");
        await BigQuery.QueryAsync("SELECT t.name FROM d.t AS t JOIN d.days AS s ON s.n = t.id");

        (await StandIn.CostsAsync()).Jobs.Where(job => job.Kind == "SELECT").Select(job => job.BytesBilled)
            .ShouldBe([10 * Megabyte, 12 * Megabyte, 22 * Megabyte]);
    }

    [Fact]
    public async Task A_statement_that_would_be_billed_for_more_than_it_may_fails()
    {
        await MakeAsync();

        var refused = await BigQuery.QueryAsync("SELECT n FROM d.days", maximumBytesBilled: (10 * Megabyte) - 1);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        StandInClient.Reason(refused).ShouldBe("bytesBilledLimitExceeded");
        StandInClient.Message(refused)
            .ShouldBe("Query exceeded limit for bytes billed: 10485759. 10485760 or higher required.");
        (await BigQuery.QueryAsync("SELECT n FROM d.days", maximumBytesBilled: 10 * Megabyte)).Status
            .ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("SELECT n FROM d.days WHERE n > 0")]
    [InlineData("SELECT n FROM d.all_days WHERE vendor = 'abc'")]
    [InlineData("SELECT n FROM d.days WHERE day = DATE '2026-11-01' OR n = 7")]
    [InlineData("SELECT n FROM d.days WHERE day IN (SELECT MIN(x.day) FROM d.moments AS x)")]
    [InlineData("SELECT n FROM d.days WHERE DATE_ADD(day, INTERVAL (n) DAY) > DATE '2026-11-02'")]
    [InlineData("SELECT a.n FROM d.days AS a JOIN d.days AS b ON a.day = b.day WHERE b.day = DATE '2026-11-01'")]
    [InlineData("INSERT INTO d.moments (text) SELECT vendor FROM d.days")]
    [InlineData("DELETE FROM d.days WHERE vendor = 'nobody'")]
    public async Task A_table_that_requires_a_filter_of_partitions_is_not_read_without_one(string sql)
    {
        await RequireFilterAsync();

        var refused = await BigQuery.QueryAsync(sql);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        StandInClient.Reason(refused).ShouldBe("invalidQuery");
        StandInClient.Message(refused).ShouldBe(
            "Cannot query over table 'p-1.d.days' without a filter over column(s) 'day' that can be used for "
                + "partition elimination");
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
        await RequireFilterAsync();

        StandInClient.Message(await BigQuery.QueryAsync(sql)).ShouldBe("");
    }

    [Fact]
    public async Task A_table_is_billed_for_the_size_that_is_arranged()
    {
        await MakeAsync();
        await ArrangeAsync(("days", "2024-01-01", "2026-12-31", 1000), ("moments", "2026-11-01", "2026-11-30", 7));

        // Of the columns of two rows, 11 and 16 bytes: half of each is what a row has.
        (await ProcessedAsync("SELECT vendor FROM d.days")).ShouldBe(1096 * 1000 * 11 / 2);
        (await ProcessedAsync("SELECT n FROM d.days WHERE day = DATE '2025-01-01'")).ShouldBe(1000 * 16);
        (await ProcessedAsync("SELECT n FROM d.all_days WHERE day >= DATE '2026-12-01'")).ShouldBe(31 * 1000 * 16);
        (await ProcessedAsync("SELECT n FROM d.days WHERE day < DATE '2024-01-01'")).ShouldBe(0);
        (await ProcessedAsync("SELECT text FROM d.moments WHERE at >= TIMESTAMP '2026-11-29 13:00:00'"))
            .ShouldBe(2 * 7 * (8 + 3));
    }

    [Theory]
    [InlineData("nothing", "2026-11-01", "2026-11-02", 1, "There is no partitioned table d.nothing.")]
    [InlineData("t", "2026-11-01", "2026-11-02", 1, "There is no partitioned table d.t.")]
    [InlineData("days", "2026-11-02", "2026-11-01", 1, "from firstDay to lastDay")]
    [InlineData("days", "2026-11-01", "2026-11-02", 0, "a row a day at least")]
    [InlineData("empty", "2026-11-01", "2026-11-02", 1, "d.empty has no row that tells how large a row is.")]
    public async Task A_size_that_means_nothing_is_refused(
        string table, string firstDay, string lastDay, int rowsPerDay, string why)
    {
        await MakeAsync();
        await BigQuery.QueryAsync("CREATE TABLE d.empty (day DATE) PARTITION BY day");

        (await PutSizeAsync(table, firstDay, lastDay, rowsPerDay)).ShouldContain(why);
    }

    private async Task RequireFilterAsync()
    {
        await MakeAsync();
        StandInClient.Message(
            await BigQuery.QueryAsync("ALTER TABLE d.days SET OPTIONS (require_partition_filter = TRUE)")).ShouldBe("");
    }

    private async Task ArrangeAsync(params (string Table, string First, string Last, int Rows)[] sizes)
    {
        foreach (var (table, first, last, rows) in sizes)
        {
            (await PutSizeAsync(table, first, last, rows)).ShouldBe("");
        }
    }

    /// <summary>What the stand-in says against a size; empty where it takes it.</summary>
    private async Task<string> PutSizeAsync(string table, string firstDay, string lastDay, int rowsPerDay)
    {
        using var response = await StandIn.Http.PutAsJsonAsync(
            new Uri(StandIn.Address, "stand-in/sizes"),
            new { dataset = "d", table, firstDay, lastDay, rowsPerDay },
            TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task<long> ProcessedAsync(string sql)
    {
        await MakeAsync();
        var answer = await BigQuery.QueryAsync(sql);
        StandInClient.Message(answer).ShouldBe("");
        return long.Parse((string)answer.Body["totalBytesProcessed"]!, CultureInfo.InvariantCulture);
    }

    private async Task MakeAsync()
    {
        if ((await StandIn.JobsAsync()).Count > 0)
        {
            return;
        }

        await BigQuery.CreateTableAsync();
        string[] statements =
        [
            "CREATE TABLE d.days (vendor STRING NOT NULL, day DATE NOT NULL, n INT64, text STRING) PARTITION BY day",
            "CREATE TABLE d.moments (at TIMESTAMP, day DATE, text STRING) PARTITION BY DATE(at)",
            "CREATE VIEW d.all_days AS SELECT * FROM d.days",
            "INSERT INTO d.days (vendor, day, n, text) VALUES ('abc', DATE '2026-11-01', 1, 'x'), "
                + "('abcd', DATE '2026-11-02', 2, NULL)",
            "INSERT INTO d.moments (at, day, text) VALUES (TIMESTAMP '2026-11-01 12:00:00', DATE '2026-11-01', 'a'), "
                + "(TIMESTAMP '2026-11-02 12:00:00', DATE '2026-11-02', 'b')",
        ];
        foreach (var statement in statements)
        {
            StandInClient.Message(await BigQuery.QueryAsync(statement)).ShouldBe("");
        }
    }
}
