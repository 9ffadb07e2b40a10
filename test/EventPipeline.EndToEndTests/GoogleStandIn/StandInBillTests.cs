using System.Globalization;
using System.Net;

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
