using System.Globalization;
using System.Text.RegularExpressions;

namespace EventPipeline.Google.Schema;

/// <summary>Which types a column of data can be changed between.</summary>
internal static partial class ColumnTypes
{
    // From narrow to wide: a type may become a later one.
    private static readonly string[] Numbers = ["INT64", "NUMERIC", "BIGNUMERIC"];

    /// <summary>
    /// Whether <c>ALTER COLUMN … SET DATA TYPE</c> takes the change, since every value fits:
    /// https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#alter_column_set_data_type_statement.
    /// </summary>
    public static bool IsWidening(string from, string to)
    {
        if (to == "STRING")
        {
            return from.StartsWith("STRING(", StringComparison.Ordinal);
        }

        if (Parse(from) is not { } narrow || Parse(to) is not { } wide)
        {
            return false;
        }

        return narrow.Rank <= wide.Rank && narrow.Whole <= wide.Whole && narrow.Scale <= wide.Scale;
    }

    /// <summary>An expression that converts a column to another type, if GoogleSQL can.</summary>
    public static string Convert(string column, string from, string to) => (from, to) switch
    {
        _ when from == to => column,
        ("JSON", "STRING") => $"TO_JSON_STRING({column})",
        ("STRING", "JSON") => $"PARSE_JSON({column})",
        _ => $"CAST({column} AS {to})",
    };

    /// <summary>How many digits a number holds before and after its point.</summary>
    private static (int Rank, int Whole, int Scale)? Parse(string type)
    {
        if (Number().Match(type) is not { Success: true } number)
        {
            return null;
        }

        var rank = Array.IndexOf(Numbers, number.Groups[1].Value);
        if (number.Groups[2].Success)
        {
            var precision = int.Parse(number.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
            var scale = int.Parse(number.Groups[3].ValueSpan, CultureInfo.InvariantCulture);
            return (rank, precision - scale, scale);
        }

        // https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#numeric_types
        return number.Value switch { "INT64" => (rank, 19, 0), "NUMERIC" => (rank, 29, 9), _ => (rank, 39, 38) };
    }

    [GeneratedRegex(@"\A(INT64|NUMERIC|BIGNUMERIC)(?:\((\d+), (\d+)\))?\z")]
    private static partial Regex Number();
}
