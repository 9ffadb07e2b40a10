using System.Net;

namespace EventPipeline.EndToEndTests;

/// <summary>What the stand-in says that a query reads and is billed for, and what it refuses.</summary>
public sealed class StandInBillTests(StandInBillTests.Arranged arranged) : IClassFixture<StandInBillTests.Arranged>
{
    private const long Megabyte = 1024 * 1024;

    // What the columns of the rows of 1 and 2 November have, in bytes: vendor, day, n, text.
    private const int First = 5 + 8 + 8 + 3;
    private const int Second = 6 + 8 + 8 + 0;

    private readonly BilledTables tables = new(arranged.Google);

    private StandInClient BigQuery => arranged.BigQuery;

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
        string sql, long bytes) => (await tables.ProcessedAsync(sql)).ShouldBe(bytes);

    [Theory]
    [InlineData("SELECT n FROM d.days WHERE day IN (SELECT MIN(x.day) FROM d.days AS x)")]
    [InlineData("SELECT n FROM d.days WHERE day = (SELECT MIN(x.day) FROM d.days AS x)")]
    [InlineData("SELECT n FROM d.days WHERE day = DATE '2026-11-01' OR n = 7")]
    [InlineData(
        "SELECT n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY n ORDER BY day) AS r FROM d.days) AS x "
            + "WHERE r = 1 AND day = DATE '2026-11-01'")]
    [InlineData("SELECT n FROM d.days WHERE DATE_ADD(day, INTERVAL (n) DAY) > DATE '2026-11-02'")]
    public async Task A_filter_that_is_not_constant_reads_every_partition(string sql) =>
        (await tables.ProcessedAsync(sql)).ShouldBe(2 * 16);

    [Fact]
    public async Task A_constant_of_one_table_leaves_out_no_partition_of_another()
    {
        const string joined =
            "SELECT a.n FROM d.days AS a JOIN d.moments AS b ON a.day = b.day WHERE b.day = DATE '2026-11-01'";

        (await tables.ProcessedAsync(joined)).ShouldBe((2 * 16) + (2 * 8));
        (await tables.ProcessedAsync($"{joined} AND a.day = DATE '2026-11-01'")).ShouldBe(16 + (2 * 8));
    }

    [Fact]
    public async Task A_statement_that_would_be_billed_for_more_than_it_may_fails()
    {
        var refused = await BigQuery.QueryAsync("SELECT n FROM d.days", maximumBytesBilled: (10 * Megabyte) - 1);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        StandInClient.Reason(refused).ShouldBe("bytesBilledLimitExceeded");
        StandInClient.Message(refused)
            .ShouldBe("Query exceeded limit for bytes billed: 10485759. 10485760 or higher required.");
        (await BigQuery.QueryAsync("SELECT n FROM d.days", maximumBytesBilled: 10 * Megabyte)).Status
            .ShouldBe(HttpStatusCode.OK);
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
        (await tables.PutSizeAsync(table, firstDay, lastDay, rowsPerDay)).ShouldContain(why);
    }

    /// <summary>The tables, made once, and one that is empty.</summary>
    public sealed class Arranged : SharedStandIn
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await new BilledTables(Google).MakeAsync();
            await BigQuery.QueryAsync("CREATE TABLE d.empty (day DATE) PARTITION BY day");
        }
    }
}
