using System.Globalization;
using System.Text.RegularExpressions;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Bills;

/// <summary>
/// Which partitions, each a day, a filter of a scan leaves: it does so where it compares the partitions' column with
/// constants and says nothing else. https://docs.cloud.google.com/bigquery/docs/querying-partitioned-tables
/// </summary>
internal static partial class PartitionFilter
{
    /// <summary>A condition of DuckDB on the days of a table's rows; null where the filter leaves all.</summary>
    public static string? Of(string filter, Column column)
    {
        const string optional = "optional: ";
        var text = filter.StartsWith(optional, StringComparison.Ordinal) ? filter[optional.Length..] : filter;
        var condition = Marked(text, column.Name);
        var rest = Constant().Replace(condition, "").Replace("\"\"", "", StringComparison.Ordinal);
        if (!condition.Contains("\"\"", StringComparison.Ordinal) || !OnlyLogic().IsMatch(rest))
        {
            return null;
        }

        var day = $"CAST({Sql.Name(column.Name)} AS DATE)";
        condition = column.Type.Name == "TIMESTAMP" ? Constant().Replace(condition, InDays) : condition;
        return condition.Contains("!=''", StringComparison.Ordinal)
            ? null
            : $"({condition.Replace("\"\"", day, StringComparison.Ordinal)})";
    }

    /// <summary>Whether a column is named in a filter, or in another text of SQL.</summary>
    public static bool Names(string sql, string column)
    {
        var unquoted = sql.Replace("\"", "", StringComparison.Ordinal);
        return Marked(unquoted, column) != unquoted;
    }

    /// <summary>A filter with a mark in the place of a column's name.</summary>
    private static string Marked(string filter, string column)
    {
        var parts = filter.Split('\'');
        for (var i = 0; i < parts.Length; i += 2)
        {
            parts[i] = Regex.Replace(
                parts[i],
                $@"(?<![\w:""]){Regex.Escape(column)}(?![\w""])",
                "\"\"",
                RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }

        return string.Join('\'', parts);
    }

    /// <summary>A comparison with a moment, as one with the day that the moment is in.</summary>
    private static string InDays(Match match)
    {
        var moment = DateTime.Parse(match.Groups["text"].Value, CultureInfo.InvariantCulture);
        var (before, after) = match.Groups["before"].Value switch
        {
            // Another moment of the same day is left.
            "<" => ("<=", moment.AddMicroseconds(-1)),
            ">" => (">=", moment),
            "!=" => ("!=''", moment),
            var other => (other, moment),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{before} '{after:yyyy-MM-dd}'::DATE");
    }

    [GeneratedRegex(@"(?<before>[<>!]?=|[<>])?\s*'(?<text>[^']*)'::(?:DATE|TIMESTAMP)\b")]
    private static partial Regex Constant();

    [GeneratedRegex(@"\A(?:\b(?:AND|OR|NOT|IN|IS|NULL|BETWEEN)\b|[\s(),])*\z")]
    private static partial Regex OnlyLogic();
}
