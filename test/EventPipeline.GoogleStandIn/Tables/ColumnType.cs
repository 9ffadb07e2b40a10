using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Tables;

/// <summary>
/// A column's type: as the API names it (<c>INTEGER</c> for <c>INT64</c>), with the digits of decimals, and as DuckDB
/// stores it.
/// </summary>
/// <param name="Name">STRING, BYTES, INTEGER, FLOAT, BOOLEAN, DATE, TIMESTAMP, NUMERIC, BIGNUMERIC or JSON.</param>
/// <param name="Precision">Declared digits of a decimal; null when none are declared.</param>
/// <param name="Scale">Declared digits after the point.</param>
internal sealed partial record ColumnType(string Name, int? Precision = null, int? Scale = null)
{
    /// <summary>Digits that are kept: BIGNUMERIC without declared digits has 76 at Google and 38 here.</summary>
    public int Digits => Precision ?? 38;

    /// <summary>Digits after the point that are kept.</summary>
    public int Decimals => Scale ?? (Precision is not null ? 0 : Name == "NUMERIC" ? 9 : 18);

    /// <summary>The type in DuckDB. A TIMESTAMP is kept in UTC, to the microsecond, as BigQuery does.</summary>
    public string DuckDb => Name switch
    {
        "STRING" => "VARCHAR",
        "BYTES" => "BLOB",
        "INTEGER" => "BIGINT",
        "FLOAT" => "DOUBLE",
        "NUMERIC" or "BIGNUMERIC" => FormattableString.Invariant($"DECIMAL({Digits}, {Decimals})"),
        _ => Name,
    };

    /// <summary>The type of a name of GoogleSQL or of the API.</summary>
    public static ColumnType Of(string name, int? precision = null, int? scale = null) => name.ToUpperInvariant() switch
    {
        "INT64" or "INTEGER" or "INT" or "BIGINT" => new ColumnType("INTEGER"),
        "FLOAT64" or "FLOAT" => new ColumnType("FLOAT"),
        "BOOL" or "BOOLEAN" => new ColumnType("BOOLEAN"),
        "NUMERIC" or "DECIMAL" => new ColumnType("NUMERIC", precision, scale),
        "BIGNUMERIC" or "BIGDECIMAL" => precision is > 38
            ? throw GoogleException.NotHere($"BIGNUMERIC({precision})")
            : new ColumnType("BIGNUMERIC", precision, scale),
        "STRING" or "BYTES" or "DATE" or "TIMESTAMP" or "JSON" => new ColumnType(name.ToUpperInvariant()),
        var other => throw GoogleException.NotHere($"The type {other}"),
    };

    /// <summary>The type of a field of a table's schema.</summary>
    public static ColumnType Of(JsonObject field) => Of(
        (string?)field["type"] ?? throw GoogleException.Invalid("Field type is required."),
        Number(field["precision"]),
        Number(field["scale"]));

    /// <summary>The type of what a query of DuckDB answers.</summary>
    public static ColumnType OfDuckDb(string type) => type switch
    {
        "VARCHAR" => new ColumnType("STRING"),
        "BLOB" => new ColumnType("BYTES"),
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT"
            or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" => new ColumnType("INTEGER"),
        "FLOAT" or "DOUBLE" => new ColumnType("FLOAT"),
        "BOOLEAN" or "DATE" or "JSON" => new ColumnType(type),
        "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" => new ColumnType("TIMESTAMP"),
        // DuckDB's NULL without a type; BigQuery calls it an INT64.
        "\"NULL\"" => new ColumnType("INTEGER"),
        _ when Decimal().Match(type) is { Success: true } match =>
            int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) <= 9
            ? new ColumnType("NUMERIC") : new ColumnType("BIGNUMERIC"),
        _ => throw GoogleException.NotHere($"A result of DuckDB's type {type}"),
    };

    private static int? Number(JsonNode? value) => value is null
        ? null
        : int.Parse(value.ToString(), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^DECIMAL\((\d+),(\d+)\)$")]
    private static partial Regex Decimal();
}
