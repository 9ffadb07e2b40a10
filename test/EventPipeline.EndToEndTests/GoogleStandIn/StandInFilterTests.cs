using System.Net;

namespace EventPipeline.EndToEndTests;

/// <summary>What the stand-in refuses of a table that requires a filter of its partitions.</summary>
public sealed class StandInFilterTests(
    StandInFilterTests.Arranged arranged) : IClassFixture<StandInFilterTests.Arranged>
{
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
        var refused = await arranged.BigQuery.QueryAsync(sql);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        StandInClient.Reason(refused).ShouldBe("invalidQuery");
        StandInClient.Message(refused).ShouldBe(
            "Cannot query over table 'p-1.d.days' without a filter over column(s) 'day' that can be used for "
                + "partition elimination");
    }

    /// <summary>The tables, made once.</summary>
    public sealed class Arranged : SharedStandIn
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            var tables = new BilledTables(Google);
            await tables.MakeAsync();
            await tables.RequireFilterAsync();
        }
    }
}
