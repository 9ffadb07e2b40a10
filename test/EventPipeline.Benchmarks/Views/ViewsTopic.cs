using DuckDB.NET.Data;
using EventPipeline.Benchmarks.Reporting;
using EventPipeline.EndToEndTests.Warehouse;
using EventPipeline.Local.DuckDb;

namespace EventPipeline.Benchmarks.Views;

/// <summary>
/// What a question about the last month of three years reads and costs, for each view, in the file of one machine.
/// </summary>
internal static class ViewsTopic
{
    public static async Task<IReadOnlyList<Table>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        await Bench.TellAsync("Views: making rows …");
        var path = Path.Combine(bench.NewFolder(), "warehouse.duckdb");
        await using (var empty = new DuckDbFile(path))
        {
            LocalSchema.Create(empty, [Question.Dataset]);
        }

        new ThreeYears(bench.Size(full: 1096, smoke: 61), bench.Size(full: 228, smoke: 2)).Fill(path);
        await using var file = new DuckDbFile(path);
        await using var connection = file.Open();
        var figures = new ViewFigures();
        var questions = new List<(string Sql, Line Cpu)>();
        foreach (var question in Question.All)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sql = question.OfDays(ThreeYears.FirstOfLastMonth, ThreeYears.LastDay);
            if (figures.Add(question.View, Scan.Profile(connection, sql), connection) is { } cpu)
            {
                questions.Add((sql, cpu));
            }
        }

        var enough = TimeSpan.FromMilliseconds(bench.Size(full: 200, smoke: 0));
        for (var round = 1; round <= bench.Rounds; round++)
        {
            await Bench.TellAsync($"Views: round {round} of {bench.Rounds} …");
            figures.MeasureBaselines(sql => CpuMilliseconds(connection, sql, enough));
            foreach (var (sql, cpu) in questions)
            {
                cancellationToken.ThrowIfCancellationRequested();
                cpu.Add(CpuMilliseconds(connection, sql, enough));
            }
        }

        return [figures.Rows, figures.Cpu];
    }

    /// <summary>
    /// What a query takes of this process, of which DuckDB is a part; it is repeated until it took enough to be
    /// counted.
    /// </summary>
    private static double CpuMilliseconds(DuckDBConnection connection, string sql, TimeSpan enough)
    {
        var before = Environment.CpuUsage.TotalTime;
        var times = 0;
        TimeSpan spent;
        do
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
            }

            times++;
            spent = Environment.CpuUsage.TotalTime - before;
        }
        while (spent < enough);
        return spent.TotalMilliseconds / times;
    }
}
