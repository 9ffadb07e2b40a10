using System.Text.Json;
using DuckDB.NET.Data;

namespace EventPipeline.Benchmarks.Views;

/// <summary>How DuckDB read a table for a query.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Rows">The rows of the row groups that it did not skip.</param>
internal sealed record Scan(string Name, long Rows)
{
    // Two levels for each operator of the plan.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    /// <summary>Runs a query, and tells each of its scans of a table.</summary>
    public static IReadOnlyList<Scan> Profile(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"EXPLAIN (ANALYZE, FORMAT JSON) {sql}";
        using var reader = command.ExecuteReader();
        reader.Read();
        using var profile = JsonDocument.Parse(reader.GetString(1), Deep);
        return [.. Of(profile.RootElement)];
    }

    private static IEnumerable<Scan> Of(JsonElement node)
    {
        if (node.TryGetProperty("operator_type", out var type) && type.ValueEquals("TABLE_SCAN")
            && node.GetProperty("extra_info").TryGetProperty("Table", out var table))
        {
            yield return new Scan(
                table.GetString()!.Split('.')[^1], node.GetProperty("operator_rows_scanned").GetInt64());
        }

        foreach (var scan in node.GetProperty("children").EnumerateArray().SelectMany(Of))
        {
            yield return scan;
        }
    }
}
