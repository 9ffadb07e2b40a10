namespace EventPipeline.GoogleStandIn.Bills;

/// <summary>One reading of a table within a statement.</summary>
/// <param name="Dataset">The table's dataset.</param>
/// <param name="Table">The table.</param>
/// <param name="Columns">The columns that are read and handed on.</param>
/// <param name="Filters">What DuckDB applies while it reads, each in its own words; all of them hold.</param>
internal sealed record Scan(
    string Dataset, string Table, IReadOnlyList<string> Columns, IReadOnlyList<string> Filters);
