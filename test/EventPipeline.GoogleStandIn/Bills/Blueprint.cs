using System.Text.Json;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Queries;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Bills;

/// <summary>
/// The datasets without a row, in a DuckDB of its own: what it plans for a statement says which columns of which tables
/// are read under which constant filters. Only those of DuckDB's optimizers are on that do what BigQuery documents, and
/// without rows there are no statistics.
/// </summary>
internal sealed class Blueprint : IDisposable
{
    private static readonly HashSet<string> Optimizers = new(StringComparer.Ordinal)
    {
        "expression_rewriter", "filter_pushdown", "unused_columns", "in_clause", "cte_inlining", "cte_filter_pusher",
    };

    private const int MaxPlanned = 200;

    private static readonly JsonDocumentOptions DeepPlans = new() { MaxDepth = 1_000 };

    private readonly DuckDBConnection plans = new("Data Source=:memory:");
    private readonly Dictionary<TableName, Drawing> drawn = [];

    /// <summary>
    /// What was planned with the tables as they are drawn: services ask some questions again and again.
    /// </summary>
    private readonly Dictionary<(string Statement, string? Dataset), IReadOnlyList<Scan>> planned = [];
    private readonly Lock gate = new();

    public Blueprint()
    {
        plans.Open();
        Database.Run(plans, "SET threads = 1");
        Database.Run(plans, "SET GLOBAL TimeZone = 'UTC'");
        var others = Database.Read(plans, "SELECT name FROM duckdb_optimizers()", row => row.GetString(0))
            .Where(name => !Optimizers.Contains(name));
        Database.Run(plans, $"SET disabled_optimizers = '{string.Join(',', others)}'");
    }

    /// <summary>The tables that names stand for, directly or through views; they can be planned with now.</summary>
    public IReadOnlyList<TableName> Tables(DuckDBConnection connection, IEnumerable<TableName> names)
    {
        lock (gate)
        {
            var drawings = new OrderedDictionary<TableName, Drawing>();
            foreach (var name in names)
            {
                Collect(connection, name, drawings);
            }

            if (drawings.Any(pair => drawn.TryGetValue(pair.Key, out var old) && old.Etag != pair.Value.Etag))
            {
                Clear();
            }

            foreach (var (name, drawing) in drawings.Where(pair => !drawn.ContainsKey(pair.Key)))
            {
                Database.Run(plans, $"CREATE SCHEMA IF NOT EXISTS {Sql.Name(name.Dataset)}");
                Database.Run(plans, $"CREATE {drawing.Type} {name.Quoted} {drawing.Definition}");
                drawn.Add(name, drawing);
            }

            return [.. drawings.Where(pair => pair.Value.Type == "TABLE").Select(pair => pair.Key)];
        }
    }

    /// <summary>The scans of a statement of DuckDB, whose tables were asked for before.</summary>
    /// <exception cref="DuckDBException">The statement cannot be planned.</exception>
    public IReadOnlyList<Scan> Plan(string statement, string? dataset)
    {
        lock (gate)
        {
            if (planned.TryGetValue((statement, dataset), out var known))
            {
                return known;
            }

            if (dataset is not null)
            {
                Database.Run(plans, $"CREATE SCHEMA IF NOT EXISTS {Sql.Name(dataset)}");
            }

            Database.Run(plans, $"USE memory.{Sql.Name(dataset ?? "main")}");
            var plan = Database.Read(plans, $"EXPLAIN (FORMAT JSON) {statement}", row => row.GetString(1));
            Database.Run(plans, "USE memory.main");
            IReadOnlyList<Scan> scans =
                [.. JsonNode.Parse(plan[0], documentOptions: DeepPlans)!.AsArray().SelectMany(node => Scans(node!))];
            if (planned.Count == MaxPlanned)
            {
                planned.Clear();
            }

            planned[(statement, dataset)] = scans;
            return scans;
        }
    }

    public void Dispose() => plans.Dispose();

    private static IEnumerable<Scan> Scans(JsonNode node)
    {
        var about = node["extra_info"];
        if (((string?)about?["Table"])?.Replace("\"", "", StringComparison.Ordinal).Split('.', 3) is
            [_, var dataset, var table])
        {
            yield return new Scan(dataset, table, Texts(about["Projections"]), Texts(about["Filters"]));
        }

        foreach (var scan in node["children"]!.AsArray().SelectMany(child => Scans(child!)))
        {
            yield return scan;
        }
    }

    private static IReadOnlyList<string> Texts(JsonNode? node) => node switch
    {
        JsonArray many => [.. many.Select(one => (string)one!)],
        JsonValue one => [(string)one!],
        _ => [],
    };

    /// <summary>A table, or a view behind what it stands on.</summary>
    private static void Collect(
        DuckDBConnection connection, TableName name, OrderedDictionary<TableName, Drawing> drawings)
    {
        if (drawings.ContainsKey(name) || Catalog.Find(connection, name) is not { } resource)
        {
            return;
        }

        var etag = (string?)resource["etag"];
        if ((string?)resource["view"]?["query"] is not { } query)
        {
            var columns = TableSchema.Definition((JsonArray)resource["schema"]!["fields"]!);
            drawings[name] = new Drawing(etag, "TABLE", $"({columns})");
            return;
        }

        var tokens = Lexer.Read(query);
        var translator = new Translator(query, tokens, name.Project, new Parameters(null, null), forPlan: true);
        var text = translator.Translate(0, tokens.Count);
        foreach (var below in translator.Tables)
        {
            Collect(connection, below, drawings);
        }

        drawings[name] = new Drawing(etag, "VIEW", $"AS {text}");
    }

    /// <summary>Drops everything: a view remembers the columns of what it stands on.</summary>
    private void Clear()
    {
        foreach (var (name, drawing) in drawn)
        {
            Database.Run(plans, $"DROP {drawing.Type} {name.Quoted}");
        }

        drawn.Clear();
        planned.Clear();
    }

    private sealed record Drawing(string? Etag, string Type, string Definition);
}
