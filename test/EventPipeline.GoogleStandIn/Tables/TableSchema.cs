using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Storage;

namespace EventPipeline.GoogleStandIn.Tables;

/// <summary>A column of a table.</summary>
internal sealed record Column(string Name, ColumnType Type, bool Required);

/// <summary>Schemas as the API shows them, with the legacy names of types.</summary>
internal static partial class TableSchema
{
    /// <summary>A field of a schema.</summary>
    public static JsonObject Field(string name, ColumnType type, bool required, string? description)
    {
        var field = new JsonObject
        {
            ["name"] = name,
            ["type"] = type.Name,
            ["mode"] = required ? "REQUIRED" : "NULLABLE",
        };
        if (description is not null)
        {
            field["description"] = description;
        }

        if (type.Precision is { } precision)
        {
            field["precision"] = precision.ToString(CultureInfo.InvariantCulture);
        }

        if (type.Scale is { } scale)
        {
            field["scale"] = scale.ToString(CultureInfo.InvariantCulture);
        }

        return field;
    }

    /// <summary>The fields that a caller sent, checked and in the API's own names.</summary>
    public static JsonArray Normalize(JsonNode? schema)
    {
        var fields = schema?["fields"] as JsonArray ?? [];
        return [.. fields.Select(sent =>
        {
            var field = (JsonObject)sent!;
            var name = (string?)field["name"] ?? throw GoogleException.Invalid("Field name is required.");
            if (!FieldName().IsMatch(name))
            {
                throw GoogleException.Invalid(
                    $"Invalid field name \"{name}\". Fields must contain the allowed characters, and be at most 300 "
                        + "characters long. For allowed "
                        + "characters, please refer to https://cloud.google.com/bigquery/docs/schemas#column_names");
            }

            var mode = (string?)field["mode"] ?? "NULLABLE";
            return (JsonNode)Field(
                name,
                ColumnType.Of(field),
                mode switch { "REQUIRED" => true, "NULLABLE" => false,
                    _ => throw GoogleException.NotHere($"The mode {mode}") },
                (string?)field["description"]);
        })];
    }

    /// <summary>The columns of a table's resource.</summary>
    public static IReadOnlyList<Column> Columns(JsonObject table) =>
    [
        .. ((JsonArray?)table["schema"]?["fields"] ?? []).Select(field => (JsonObject)field!)
            .Select(
                field =>
                    new Column((string)field["name"]!, ColumnType.Of(field), (string?)field["mode"] == "REQUIRED")),
    ];

    /// <summary>The fields of what DuckDB describes: a view, or the result of a query.</summary>
    public static JsonArray Describe(DuckDBConnection connection, string what)
    {
        var unnamed = 0;
        return [
            .. Database.Read(connection, $"DESCRIBE {what}", row => (Name: row.GetString(0), Type: row.GetString(1)))
            .Select(column =>
            (JsonNode)Field(
                FieldName().IsMatch(column.Name) ? column.Name : FormattableString.Invariant($"f{unnamed++}_"),
                ColumnType.OfDuckDb(column.Type),
                required: false,
                description: null))];
    }

    /// <summary>The columns of a CREATE TABLE of DuckDB.</summary>
    public static string Definition(JsonArray fields) =>
        string.Join(", ", fields.Select(field => (JsonObject)field!).Select(field =>
        $"{Sql.Name((string)field["name"]!)} "
            + $"{ColumnType.Of(field).DuckDb}{((string?)field["mode"] == "REQUIRED" ? " NOT NULL" : "")}"));

    // Some beginnings are BigQuery's own: https://docs.cloud.google.com/bigquery/docs/schemas#column_names.
    [GeneratedRegex(
        @"\A(?!(?:_TABLE_|_FILE_|_PARTITION|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER))[A-Z_][A-Z0-9_]{0,299}\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FieldName();
}
