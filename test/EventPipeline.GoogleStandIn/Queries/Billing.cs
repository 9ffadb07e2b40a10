using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>
/// What a query is billed for, on demand: at least 10 MB of every table it refers to, through views too, and of none
/// that it only inserts into. https://cloud.google.com/bigquery/pricing#on_demand_pricing
/// </summary>
internal static class Billing
{
    private const long MinimumPerTable = 10 * 1024 * 1024;

    /// <summary>The bytes billed for a statement's tables.</summary>
    /// <param name="connection">Where the tables are.</param>
    /// <param name="job">The job, for its project and the most that it may bill.</param>
    /// <param name="read">The tables and views that the statement reads.</param>
    /// <exception cref="GoogleException">It is more than the job may bill.</exception>
    public static long Bytes(DuckDBConnection connection, Job job, IEnumerable<TableName> read)
    {
        var (tables, open) = (new HashSet<TableName>(), new Queue<TableName>(read));
        while (open.TryDequeue(out var name))
        {
            if (Catalog.Find(connection, name) is not { } resource)
            {
                continue;
            }

            if ((string?)resource["view"]?["query"] is { } query)
            {
                TablesOf(query, name.Project).ForEach(open.Enqueue);
            }
            else
            {
                tables.Add(name);
            }
        }

        var bytes = tables.Count * MinimumPerTable;
        return long.TryParse((string?)job.Configuration["query"]?["maximumBytesBilled"], out var most) && bytes > most
            ? throw new GoogleException(
                400,
                "bytesBilledLimitExceeded",
                FormattableString.Invariant(
                    $"Query exceeded limit for bytes billed: {most}. {bytes} or higher required."))
            : bytes;
    }

    private static List<TableName> TablesOf(string query, string project)
    {
        var tokens = Lexer.Read(query);
        var translator = new Translator(query, tokens, project, new Parameters(null, null));
        translator.Translate(0, tokens.Count);
        return [.. translator.Tables];
    }
}
