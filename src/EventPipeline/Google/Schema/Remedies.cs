namespace EventPipeline.Google.Schema;

/// <summary>What can be run manually if nothing changes a table in place.</summary>
internal static class Remedies
{
    /// <summary>
    /// Recreates a table as expected, with the rows of the existing one, which stays under another name. Unexpected
    /// columns come along. A column that needs a value for the existing rows takes a parameter of its name, to be
    /// filled in.
    /// </summary>
    public static IReadOnlyList<string> NewTable(DatasetName dataset, TableDefinition expected, TableDefinition live)
    {
        var (table, copy, old) = ($"{dataset.Sql}.{expected.Name}", $"{expected.Name}_new", $"{expected.Name}_old");
        List<ColumnDefinition> columns =
        [
            .. expected.Columns,
            .. live.Columns.Where(column => expected.Column(column.Name) is null)
            .Select(column => column with { IsRequired = false }),
        ];
        var create = dataset.Fill((expected with { Name = copy, Columns = columns }).ToString().TrimEnd())
            .Replace("TABLE IF NOT EXISTS", "TABLE", StringComparison.Ordinal);
        var filled = columns.Where(column => column.IsRequired || live.Column(column.Name) is not null).ToList();
        var values = filled.Select(column => live.Column(column.Name) is { } found
            ? ColumnTypes.Convert(found.Name, found.Type, column.Type)
            : $"CAST(@{column.Name} AS {column.Type})");
        return
        [
            create,
            $"INSERT INTO {dataset.Sql}.{copy} ({string.Join(", ", filled.Select(column => column.Name))})\n"
                + $"SELECT {string.Join(", ", values)}\nFROM {table}{EveryDay(live)};",
            $"ALTER TABLE {table} RENAME TO {old};",
            $"ALTER TABLE {dataset.Sql}.{copy} RENAME TO {expected.Name};",
        ];
    }

    /// <summary>A filter that leaves every partition, where the table takes no query without one.</summary>
    private static string EveryDay(TableDefinition table) =>
        table is { RequiresPartitionFilter: true, PartitionBy: { } by }
            && table.Columns.FirstOrDefault(column => by == column.Name || by == $"DATE({column.Name})") is { } column
            ? $"\nWHERE {column.Name} >= {column.Type} '0001-01-01' OR {column.Name} IS NULL"
            : "";

    /// <summary>Makes room if something of another kind has the name of a table or view.</summary>
    public static string MakeRoom(DatasetName dataset, string name, string type) => type switch
    {
        "TABLE" => $"ALTER TABLE {dataset.Sql}.{name} RENAME TO {name}_old;",
        "VIEW" => $"DROP VIEW {dataset.Sql}.{name};",
        "MATERIALIZED_VIEW" => $"DROP MATERIALIZED VIEW {dataset.Sql}.{name};",
        "EXTERNAL" => $"DROP EXTERNAL TABLE {dataset.Sql}.{name};",
        "SNAPSHOT" => $"DROP SNAPSHOT TABLE {dataset.Sql}.{name};",
        _ => $"DROP TABLE {dataset.Sql}.{name};",
    };
}
