using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Loads;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>
/// The values of a query as expressions of DuckDB: https://docs.cloud.google.com/bigquery/docs/parameterized-queries.
/// Every value comes as text with its declared type; a value without text is null.
/// </summary>
internal sealed partial class Parameters
{
    private readonly Dictionary<string, string> named = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> positional = [];
    private int taken;

    public Parameters(JsonArray? sent, string? mode)
    {
        foreach (var parameter in sent ?? [])
        {
            var name = (string?)parameter!["name"];
            var value = Literal(name, (JsonObject?)parameter["parameterType"], parameter["parameterValue"]);
            if (mode?.ToUpperInvariant() == "POSITIONAL" || name is null)
            {
                positional.Add(value);
            }
            else
            {
                named[name] = value;
            }
        }
    }

    /// <summary>The expression for a parameter.</summary>
    /// <exception cref="GoogleException">It was not declared.</exception>
    public string Take(string name, string position) =>
        name.Length > 0
            ? named.GetValueOrDefault(name)
                ?? throw GoogleException.InvalidQuery($"Query parameter '{name}' not found at {position}")
            : taken < positional.Count
                ? positional[taken++]
                : throw GoogleException.InvalidQuery(
                    FormattableString.Invariant(
                        $"Query parameter number {taken + 1} is not defined ({positional.Count} provided)"));

    private static string Literal(string? name, JsonObject? declared, JsonNode? value)
    {
        var typeName = (string?)declared?["type"]
            ?? throw GoogleException.Invalid($"Query parameter '{name}' has no type.");
        if (typeName is "ARRAY" or "STRUCT" or "RANGE")
        {
            throw GoogleException.NotHere($"A query parameter of type {typeName}");
        }

        var type = ColumnType.Of(typeName);
        if (value?["value"] is not { } given || given.GetValueKind() == System.Text.Json.JsonValueKind.Null)
        {
            return $"CAST(NULL AS {type.DuckDb})";
        }

        var text = given.ToString();
        if (given is not JsonValue || !IsOfType(type, text))
        {
            throw GoogleException.Invalid(
                $"Invalid value for query parameter '{name}': cannot be read as {typeName}: {text}");
        }

        return type.Name switch
        {
            "STRING" => $"CAST({Sql.Text(text)} AS VARCHAR)",
            "BYTES" => $"from_base64({Sql.Text(text)})",
            "FLOAT" => $"CAST({Sql.Text(text.Replace("Infinity", "inf", StringComparison.Ordinal))} AS DOUBLE)",
            "TIMESTAMP" => $"CAST({Sql.Text(Values.Time(Values.ParseTime(text)!.Value))} AS TIMESTAMP)",
            "NUMERIC" or "BIGNUMERIC" => $"CAST({Sql.Text(Values.RoundDecimal(text, type)!)} AS {type.DuckDb})",
            _ => $"CAST({Sql.Text(text)} AS {type.DuckDb})",
        };
    }

    private static bool IsOfType(ColumnType type, string text) => type.Name switch
    {
        "INTEGER" => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        "BOOLEAN" =>
            text.Equals("true", StringComparison.OrdinalIgnoreCase)
                || text.Equals("false", StringComparison.OrdinalIgnoreCase),
        "FLOAT" => Float().IsMatch(text),
        "DATE" => DateOnly.TryParseExact(text, "yyyy-M-d", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "TIMESTAMP" => Values.ParseTime(text) is not null,
        "NUMERIC" or "BIGNUMERIC" => Values.RoundDecimal(text, type) is not null,
        "BYTES" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
        _ => true,
    };

    [GeneratedRegex(
        @"^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|Infinity)|NaN)$", RegexOptions.IgnoreCase)]
    private static partial Regex Float();
}
