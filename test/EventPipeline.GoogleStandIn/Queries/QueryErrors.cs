using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>Says in BigQuery's words what DuckDB did not like.</summary>
internal static partial class QueryErrors
{
    public static GoogleException Of(
        DuckDBException ex, Job job, IReadOnlyList<TableName> tables, Func<TableName, bool> datasetExists)
    {
        var message = ex.Message;
        if (MissingTable().Match(message) is { Success: true } table)
        {
            var missing = table.Groups[1].Value.Split('.')[^1];
            var name = tables.FirstOrDefault(one => one.Table == missing);
            return new GoogleException(
                404,
                "notFound",
                name is not null && !datasetExists(name)
                    ? $"Not found: Dataset {name.Project}:{name.Dataset} was not found in location {job.Location}"
                    : $"Not found: Table {name?.ToString() ?? missing} was not found in location {job.Location}");
        }

        if (MissingSchema().Match(message) is { Success: true } schema)
        {
            return new GoogleException(
                404,
                "notFound",
                $"Not found: Dataset {job.Project}:{schema.Groups[1].Value} was not found in location {job.Location}");
        }

        return GoogleException.InvalidQuery(
            NotNull().Match(message) is { Success: true } column
                ? $"Required field {column.Groups[1].Value} cannot be null"
            : MissingColumn().Match(message) is { Success: true } name2 ? $"Unrecognized name: {name2.Groups[1].Value}"
            : message.StartsWith("Parser Error: ", StringComparison.Ordinal)
                ? $"Syntax error: {message["Parser Error: ".Length..].Split('\n')[0]}"
            : message.Split('\n')[0]);
    }

    [GeneratedRegex("^Catalog Error: Table with name \"?(.+?)\"? does not exist")]
    private static partial Regex MissingTable();

    [GeneratedRegex("^(?:Catalog|Binder) Error: (?:Schema with name|Catalog) \"?([^\" ]+)\"? does not exist")]
    private static partial Regex MissingSchema();

    [GeneratedRegex(@"^Constraint Error: NOT NULL constraint failed: .*\.(\w+)")]
    private static partial Regex NotNull();

    [GeneratedRegex("^Binder Error: (?:Referenced column|Table .* does not have a column named) \"?([^\" ]+)\"?")]
    private static partial Regex MissingColumn();
}
