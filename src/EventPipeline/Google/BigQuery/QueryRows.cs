using System.Globalization;
using System.Text.Json;
using EventPipeline.Load;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// Reads an answer's cells, which are texts, exactly:
/// https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults.
/// </summary>
internal static class QueryRows
{
    /// <exception cref="InvalidDataException">A value does not fit the type it becomes, or a column's type is not
    /// supported.</exception>
    public static IEnumerable<Row> Read(TableSchema? schema, IReadOnlyList<ResultRow>? rows)
    {
        var columns = schema?.Fields ?? [];
        return (rows ?? [])
            .Select(
                row =>
                    new Row(
                        columns.Zip(row.F)
                            .ToDictionary(cell => cell.First.Name, cell => Value(cell.First, cell.Second.V))));
    }

    private static object? Value(TableFieldSchema column, JsonElement cell)
    {
        if (cell.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return null;
        }

        if (cell.ValueKind != JsonValueKind.String)
        {
            throw Unfit(column, cell.GetRawText());
        }

        var text = cell.GetString()!;
        try
        {
            return column.Type switch
            {
                "STRING" or "JSON" => text,
                "INTEGER" or "INT64" => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
                "NUMERIC" or "BIGNUMERIC" => Exact(text),
                "BOOLEAN" or "BOOL" => bool.Parse(text),
                "DATE" => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture),
                "TIMESTAMP" => Timestamp(text),
                _ => throw Unfit(column, text),
            };
        }
        catch (Exception unfit) when (unfit is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw Unfit(column, text);
        }
    }

    /// <summary>Microseconds since 1970, as <see cref="DataFormatOptions"/> asks for them.</summary>
    private static DateTimeOffset Timestamp(string text) => DateTimeOffset.UnixEpoch.AddTicks(
        checked(
            long.Parse(
                text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond));

    /// <summary>
    /// <c>decimal.Parse</c> silently rounds past 28 digits, so the result must give the same text again.
    /// </summary>
    private static decimal Exact(string text)
    {
#pragma warning disable RS0030 // The next line checks whether it rounded.
        var number = decimal.Parse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
#pragma warning restore RS0030
        return Plain(number.ToString(CultureInfo.InvariantCulture)) == Plain(text)
            ? number
            : throw new OverflowException();
    }

    private static string Plain(string number)
    {
        var (sign, digits) = number[0] == '-' ? ("-", number[1..]) : ("", number.TrimStart('+'));
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var whole = (point < 0 ? digits : digits[..point]).TrimStart('0');
        var fraction = point < 0 ? "" : digits[(point + 1)..].TrimEnd('0');
        return whole.Length + fraction.Length == 0 ? "0" : $"{sign}{whole}.{fraction}";
    }

    private static InvalidDataException Unfit(TableFieldSchema column, string text) => new(
        $"Column '{column.Name}' is {Shown.Quoted(text)}, a {column.Type} that cannot be read exactly.");
}
