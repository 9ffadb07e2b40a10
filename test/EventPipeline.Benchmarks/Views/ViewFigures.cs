using DuckDB.NET.Data;
using EventPipeline.Benchmarks.Reporting;
using EventPipeline.EndToEndTests.Warehouse;

namespace EventPipeline.Benchmarks.Views;

/// <summary>The figures of the views, each beside those of the tables that it stands on.</summary>
internal sealed class ViewFigures
{
    private const string Names = "entity_versions";
    private const string Slices = "slice_versions";

    /// <summary>The rows of one of DuckDB's row groups at most: what it reads or skips as a whole.</summary>
    private const int RowGroup = 122_880;

    // What is summed up of each table.
    private static readonly Dictionary<string, string> Facts = new()
    {
        ["activity_versions"] = "lines_added",
        ["cost_versions"] = "amount_usd",
        ["seat_versions"] = "spend_usd",
        ["usage_versions"] = "output_tokens",
        ["usage_event_versions"] = "charged_usd",
    };

    private readonly Dictionary<string, Line> _rowsOf = [];
    private readonly Dictionary<string, (Line Line, IReadOnlyList<string> Sums)> _sumsOf = [];

    public Table Rows { get; } = new("Rows that a question about the last month reads");

    public Table Cpu { get; } = new("CPU of a question about the last month");

    /// <summary>
    /// Adds a view, with what its question read. Answers the line of its CPU; null for one that stands on no facts,
    /// names or slices.
    /// </summary>
    public Line? Add(string view, IReadOnlyList<Scan> scans, DuckDBConnection connection)
    {
        var facts = scans.Where(scan => Facts.ContainsKey(scan.Name)).ToList();
        var tables = facts.Select(scan => scan.Name).Distinct().Order(StringComparer.Ordinal).ToList();
        if (tables.Count > 0)
        {
            // Nothing is after the month, so that only the row group of its first day holds other days too.
            var most = facts.Sum(scan => Month(scan.Name) + RowGroup);
            Rows.Add(view, "rows of facts", MonthOf(tables), Goal.AtMost(most)).Add(facts.Sum(scan => scan.Rows));
        }

        var names = scans.Where(scan => scan.Name == Names).ToList();
        if (names.Count > 0)
        {
            Rows.Add($"{view}: names", "rows of names", AllNames()).Add(names.Sum(scan => scan.Rows));
        }

        if (tables.Count == 0 && scans.FirstOrDefault(scan => scan.Name is Names or Slices) is { } other)
        {
            tables.Add(names.Count > 0 ? Names : other.Name);
        }

        return tables.Count == 0 ? null : Cpu.Add(view, "ms CPU", SumOf(tables));

        long Month(string table) => Count(connection, table, DaysOf(table));

        Line MonthOf(IReadOnlyList<string> which) =>
            Once($"month of {Join(which)}", "rows of facts", () => which.Sum(Month));

        Line AllNames() => Once("names of all days", "rows of names", () => Count(connection, Names, "TRUE"));
    }

    /// <summary>Measures the plain sums of a round.</summary>
    public void MeasureBaselines(Func<string, double> measure)
    {
        foreach (var (line, sums) in _sumsOf.Values)
        {
            line.Add(sums.Sum(measure));
        }
    }

    private Line Once(string name, string unit, Func<long> value)
    {
        if (!_rowsOf.TryGetValue(name, out var line))
        {
            line = _rowsOf[name] = Rows.Add(name, unit);
            line.Add(value());
        }

        return line;
    }

    private Line SumOf(List<string> tables)
    {
        var name = $"sum of {(Facts.ContainsKey(tables[0]) ? "a month of" : "all")} {Join(tables)}";
        if (!_sumsOf.TryGetValue(name, out var sum))
        {
            sum = _sumsOf[name] = (Cpu.Add(name, "ms CPU"), [.. tables.Select(Sum)]);
        }

        return sum.Line;
    }

    private static string Sum(string table)
    {
        var what = table switch { Names => "LENGTH(name)", Slices => "row_count", _ => Facts[table] };
        return $"SELECT SUM({what}) FROM {Question.Dataset}.{table} WHERE {DaysOf(table)}";
    }

    private static string DaysOf(string table) => Facts.ContainsKey(table)
        ? FormattableString.Invariant($"usage_date >= DATE '{ThreeYears.FirstOfLastMonth:yyyy-MM-dd}'")
        : "TRUE";

    private static string Join(IEnumerable<string> tables) =>
        string.Join(" + ", tables.Select(table => table.Replace("_versions", "", StringComparison.Ordinal)));

    private static long Count(DuckDBConnection connection, string table, string condition)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT COUNT(*) FROM {Question.Dataset}.{table} WHERE {condition}";
        return (long)command.ExecuteScalar()!;
    }
}
