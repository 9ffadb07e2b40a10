using System.Globalization;
using System.Text.RegularExpressions;
using EventPipeline.Load;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// A statement's values as BigQuery takes them. Their types come from the text's <c>-- @name TYPE</c> lines, so that a
/// null has one too.
/// </summary>
internal static partial class QueryParameters
{
    public static IReadOnlyList<QueryParameter> FromStatement(Statement statement)
    {
        var declared = Declaration().Matches(statement.Sql).DistinctBy(match => match.Groups[1].Value)
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        return
        [
            .. statement.Parameters.Select(parameter => new QueryParameter(
                parameter.Key,
                new QueryParameterType(Type(statement, declared, parameter.Key, parameter.Value)),
                new QueryParameterValue(Text(statement, parameter.Key, parameter.Value)))),
        ];
    }

    /// <summary>
    /// An insert of many rows declares <c>vendor</c> and has <c>vendor_0</c>, <c>vendor_1</c> and so on.
    /// </summary>
    private static string Type(Statement statement, Dictionary<string, string> declared, string name, object? value) =>
        declared.GetValueOrDefault(name)
        ?? declared.GetValueOrDefault(RowNumber().Replace(name, ""))
        ?? value switch
        {
            string => "STRING",
            long => "INT64",
            decimal => "BIGNUMERIC",
            bool => "BOOL",
            DateOnly => "DATE",
            DateTimeOffset => "TIMESTAMP",
            _ =>
                throw new InvalidOperationException(
                    $"Statement '{statement.Name}' does not declare the type of @{name}."),
        };

    private static string? Text(Statement statement, string name, object? value) => value switch
    {
        null => null,
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        DateOnly day => day.Text(),
        DateTimeOffset time =>
            time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException(
            $"Statement '{statement.Name}': @{name} is a {value.GetType().Name}, "
                + "which is not supported as a parameter."),
    };

    [GeneratedRegex(@"^--\s*@([a-z][a-z0-9_]*)\s+([A-Z0-9]+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"_[0-9]+\z")]
    private static partial Regex RowNumber();
}
