using System.Globalization;
using EventPipeline.Google.BigQuery;

namespace EventPipeline.Google.Schema;

/// <summary>An existing table or view, in the words of <c>Sql/tables</c>.</summary>
/// <param name="Type">What it is: TABLE, VIEW, MATERIALIZED_VIEW, EXTERNAL, SNAPSHOT.</param>
/// <param name="Definition">Its columns and storage.</param>
/// <param name="Query">What a view selects, in GoogleSQL; null for anything else, and for a view in legacy SQL.</param>
internal sealed record LiveTable(string Type, TableDefinition Definition, string? Query)
{
    private const decimal MillisecondsPerDay = 24 * 60 * 60 * 1000m;

    /// <summary>Reads what tables.get returns.</summary>
    public static LiveTable Read(Table table)
    {
        List<ColumnDefinition> columns = [.. (table.Schema?.Fields ?? []).Select(Column)];
        var definition = new TableDefinition(
            table.TableReference.TableId,
            columns,
            PartitionBy(table, columns),
            table.Clustering?.Fields ?? [],
            table.TimePartitioning?.ExpirationMs / MillisecondsPerDay,
            table.RequirePartitionFilter == true,
            table.Description);
        return new LiveTable(
            table.Type ?? "TABLE", definition, table.View?.UseLegacySql == true ? null : table.View?.Query);
    }

    private static ColumnDefinition Column(TableFieldSchema field)
    {
        var name = field.Type switch
        {
            "INTEGER" => "INT64",
            "FLOAT" => "FLOAT64",
            "BOOLEAN" => "BOOL",
            "RECORD" => "STRUCT",
            var other => other,
        };
        var type = (field.Precision, field.MaxLength) switch
        {
            ({ } precision, _) =>
                string.Create(CultureInfo.InvariantCulture, $"{name}({precision}, {field.Scale ?? 0})"),
            (_, { } length) => string.Create(CultureInfo.InvariantCulture, $"{name}({length})"),
            _ => name,
        };
        return new ColumnDefinition(
            field.Name,
            field.Mode == "REPEATED" ? $"ARRAY<{type}>" : type,
            field.Mode == "REQUIRED",
            field.Description);
    }

    private static string? PartitionBy(Table table, List<ColumnDefinition> columns)
    {
        if (table.RangePartitioning is { } range)
        {
            return $"RANGE_BUCKET({range.Field}, …)";
        }

        if (table.TimePartitioning is not { } time)
        {
            return null;
        }

        // Without a column, a table is partitioned by load time.
        var column = time.Field ?? "_PARTITIONTIME";
        var type = columns.Find(candidate => candidate.Name.Equals(column, StringComparison.OrdinalIgnoreCase))?.Type
            ?? "TIMESTAMP";
        return (time.Type, type) switch
        {
            ("DAY" or null, "DATE") => column,
            ("DAY" or null, _) => $"DATE({column})",
            _ => $"{type}_TRUNC({column}, {time.Type})",
        };
    }
}
