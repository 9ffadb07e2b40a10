using System.Globalization;
using System.Net.Http.Json;

namespace EventPipeline.EndToEndTests;

/// <summary>
/// Rows of two days in partitioned tables of a stand-in, and what statements over them are billed for.
/// </summary>
internal sealed class BilledTables(GoogleStandIn standIn)
{
    private readonly StandInClient bigQuery = new(standIn);

    /// <summary>Makes them.</summary>
    public async Task MakeAsync()
    {
        await bigQuery.CreateTableAsync();
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
            StandInClient.Message(await bigQuery.QueryAsync(statement)).ShouldBe("");
        }
    }

    /// <summary>Has the first table require a filter of its partitions.</summary>
    public async Task RequireFilterAsync() =>
        StandInClient.Message(
            await bigQuery.QueryAsync("ALTER TABLE d.days SET OPTIONS (require_partition_filter = TRUE)")).ShouldBe("");

    /// <summary>How many bytes a statement reads.</summary>
    public async Task<long> ProcessedAsync(string sql)
    {
        var answer = await bigQuery.QueryAsync(sql);
        StandInClient.Message(answer).ShouldBe("");
        return long.Parse((string)answer.Body["totalBytesProcessed"]!, CultureInfo.InvariantCulture);
    }

    /// <summary>What the stand-in says against a size; empty where it takes it.</summary>
    public async Task<string> PutSizeAsync(string table, string firstDay, string lastDay, int rowsPerDay)
    {
        using var response = await standIn.Http.PutAsJsonAsync(
            new Uri(standIn.Address, "stand-in/sizes"),
            new { dataset = "d", table, firstDay, lastDay, rowsPerDay },
            TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
