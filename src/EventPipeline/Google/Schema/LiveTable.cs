using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventPipeline.Google.Schema;

/// <summary>A table or view that is there, in the words of <c>Sql/tables</c>.</summary>
/// <param name="Type">What it is: TABLE, VIEW, MATERIALIZED_VIEW, EXTERNAL, SNAPSHOT.</param>
/// <param name="Definition">Its columns and storage.</param>
/// <param name="Query">What a view selects, in GoogleSQL; null for anything else, and for a view in legacy SQL.</param>
internal sealed partial record LiveTable(string Type, TableDefinition Definition, string? Query)
{
    private const decimal MillisecondsPerDay = 24 * 60 * 60 * 1000m;

    /// <summary>
    /// Reads a table resource, as <c>tables.get</c> answers it:
    /// https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#Table.
    /// </summary>
    public static LiveTable Read(string name, JsonElement resource)
    {
        var table = resource.Deserialize(LiveTableJson.Default.TableResource) ?? new TableResource();
        List<ColumnDefinition> columns = [.. (table.Schema?.Fields ?? []).Select(Column)];
        var definition = new TableDefinition(
            name,
            columns,
            PartitionBy(table, columns),
            table.Clustering?.Fields ?? [],
            table.TimePartitioning?.ExpirationMs is { } expiration ? expiration / MillisecondsPerDay : null,
            table.Description);
        var view = table.View;
        return new LiveTable(table.Type ?? "TABLE", definition, view?.UseLegacySql == true ? null : view?.Query);
    }

    private static ColumnDefinition Column(FieldResource field)
    {
        var type = field.Type switch
        {
            "INTEGER" => "INT64",
            "FLOAT" => "FLOAT64",
            "BOOLEAN" => "BOOL",
            "RECORD" => "STRUCT",
            var other => other,
        };
        type = (field.Precision, field.Scale, field.MaxLength) switch
        {
            ({ } precision, var scale, _) => string.Create(CultureInfo.InvariantCulture, $"{type}({precision}, {scale ?? 0})"),
            (_, _, { } length) => string.Create(CultureInfo.InvariantCulture, $"{type}({length})"),
            _ => type,
        };
        return new ColumnDefinition(
            field.Name, field.Mode == "REPEATED" ? $"ARRAY<{type}>" : type, field.Mode == "REQUIRED", field.Description);
    }

    private static string? PartitionBy(TableResource table, List<ColumnDefinition> columns)
    {
        if (table.RangePartitioning is { } range)
        {
            return $"RANGE_BUCKET({range.Field}, …)";
        }

        if (table.TimePartitioning is not { } time)
        {
            return null;
        }

        var column = time.Field ?? "_PARTITIONTIME";
        var type = columns.Find(candidate => candidate.Name.Equals(column, StringComparison.OrdinalIgnoreCase))?.Type ?? "TIMESTAMP";
        return (time.Type, type) switch
        {
            ("DAY", "DATE") => column,
            ("DAY", _) => $"DATE({column})",
            _ => $"{type}_TRUNC({column}, {time.Type})",
        };
    }

    private sealed record TableResource(
        string? Type = null,
        string? Description = null,
        SchemaResource? Schema = null,
        TimePartitioningResource? TimePartitioning = null,
        RangePartitioningResource? RangePartitioning = null,
        ClusteringResource? Clustering = null,
        ViewResource? View = null);

    private sealed record SchemaResource(IReadOnlyList<FieldResource>? Fields);

    private sealed record FieldResource(
        string Name, string Type, string? Mode, string? Description, long? Precision, long? Scale, long? MaxLength);

    private sealed record TimePartitioningResource(string Type, string? Field, long? ExpirationMs);

    private sealed record RangePartitioningResource(string Field);

    private sealed record ClusteringResource(IReadOnlyList<string>? Fields);

    private sealed record ViewResource(string? Query, bool? UseLegacySql);

    // The API writes 64-bit numbers as strings.
    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(TableResource))]
    private sealed partial class LiveTableJson : JsonSerializerContext;
}
