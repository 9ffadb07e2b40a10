using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace EventPipeline.EndToEndTests.Schema;

/// <summary>
/// A server in BigQuery's place that keeps the resources of one project, <c>p</c>: datasets.get, tables.get, and jobs
/// that run the few statements a schema is made with. The first job is RUNNING when it is inserted, and any that will
/// fail. Any other request, and any other statement, is a mistake.
/// </summary>
internal sealed partial class DatasetServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Lock gate = new();
    private readonly Dictionary<string, JsonObject> jobs = [];

    private DatasetServer(WebApplication app) => this.app = app;

    /// <summary>The locations of the datasets there are.</summary>
    public Dictionary<string, string> Datasets { get; } = [];

    /// <summary>The table resources, by <c>dataset.table</c>.</summary>
    public SortedDictionary<string, JsonObject> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>The statements that ran, in order.</summary>
    public ConcurrentQueue<string> Statements { get; } = new();

    /// <summary>What the next jobs fail with: reason and message.</summary>
    public Queue<(string Reason, string Message)> Failures { get; } = new();

    public string Host => new Uri(app.Urls.Single()).Authority;

    public static async Task<DatasetServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new DatasetServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>A column of a table.</summary>
    public JsonObject Field(string table, string column) =>
        Fields(Tables[table]).Single(field => Name(field) == column);

    /// <summary>Takes a column from a table, as an older table lacks it.</summary>
    public void Remove(string table, string column) =>
        Tables[table]["schema"]!["fields"]!.AsArray().Remove(Field(table, column));

    /// <summary>Every table resource as text, to see whether anything changed.</summary>
    public string Snapshot() => string.Join('\n', Tables.Select(table => $"{table.Key} {table.Value.ToJsonString()}"));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static IEnumerable<JsonObject> Fields(JsonObject table) =>
        table["schema"]!["fields"]!.AsArray().OfType<JsonObject>();

    private static string Name(JsonObject field) => field["name"]!.GetValue<string>();

    private async Task AnswerAsync(HttpContext context)
    {
        var body = context.Request.Method == "POST"
            ? await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted)
            : null;
        var (status, answer) = Answer(
            context.Request.Method, context.Request.Path.Value!, context.Request.Query["location"], body);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }

    private (int Status, JsonObject Answer) Answer(string method, string path, string? location, JsonNode? body)
    {
        lock (gate)
        {
            return (method, path.Replace("/bigquery/v2/projects/p/", "", StringComparison.Ordinal).Split('/')) switch
            {
                ("GET", ["datasets", var dataset]) => Datasets.TryGetValue(dataset, out var where)
                    ? (200, new JsonObject { ["location"] = where })
                    : Error(404, "notFound", $"Not found: Dataset p:{dataset}"),
                ("GET", ["datasets", var dataset, "tables", var table]) =>
                    Tables.TryGetValue($"{dataset}.{table}", out var resource)
                    ? (200, resource)
                    : Error(404, "notFound", $"Not found: Table p:{dataset}.{table}"),
                ("POST", ["jobs"]) => (200, Insert(body!)),
                ("GET", ["jobs", var id]) when jobs[id]["jobReference"]!["location"]!.GetValue<string>() == location =>
                    (200, Done(id)),
                _ => Error(501, "notImplemented", $"{method} {path}"),
            };
        }
    }

    private JsonObject Insert(JsonNode body)
    {
        var job = body.DeepClone().AsObject();
        var sql = body["configuration"]!["query"]!["query"]!.GetValue<string>();
        job["status"] = new JsonObject { ["state"] = jobs.Count == 0 || Failures.Count > 0 ? "RUNNING" : "DONE" };
        jobs.Add(job["jobReference"]!["jobId"]!.GetValue<string>(), job);
        if (Failures.TryDequeue(out var failure))
        {
            job["failure"] = new JsonObject { ["reason"] = failure.Reason, ["message"] = failure.Message };
        }
        else
        {
            Statements.Enqueue(sql);
            Run(sql, job["jobReference"]!["location"]!.GetValue<string>());
        }

        return job;
    }

    private JsonObject Done(string id)
    {
        var status = new JsonObject { ["state"] = "DONE" };
        if (jobs[id]["failure"] is { } failure)
        {
            status["errorResult"] = failure.DeepClone();
        }

        return new JsonObject { ["jobReference"] = jobs[id]["jobReference"]!.DeepClone(), ["status"] = status };
    }

    private void Run(string sql, string location)
    {
        var (dataset, table) = Target().Match(sql) is { Success: true } target
            ? (target.Groups[1].Value, target.Groups[2].Value)
            : default;
        var name = $"{dataset}.{table}";
        if (sql.StartsWith("CREATE SCHEMA IF NOT EXISTS", StringComparison.Ordinal))
        {
            Datasets.TryAdd(Schema().Match(sql).Groups[1].Value, location);
        }
        else if (!Datasets.ContainsKey(dataset!))
        {
            throw new InvalidOperationException($"There is no dataset '{dataset}'.");
        }
        else if (sql.StartsWith("CREATE TABLE IF NOT EXISTS", StringComparison.Ordinal))
        {
            Tables.TryAdd(name, Table(dataset!, table!, sql));
        }
        else if (sql.StartsWith("CREATE OR REPLACE VIEW", StringComparison.Ordinal))
        {
            Tables[name] = View(dataset!, table!, sql);
        }
        else if (sql.StartsWith("ALTER TABLE", StringComparison.Ordinal))
        {
            Alter(Tables[name], sql);
        }
        else
        {
            throw new InvalidOperationException($"Not arranged: {sql}");
        }
    }

    private static JsonObject Table(string dataset, string table, string sql)
    {
        var resource = new JsonObject
        {
            ["type"] = "TABLE",
            ["tableReference"] = new JsonObject { ["projectId"] = "p", ["datasetId"] = dataset, ["tableId"] = table },
            ["schema"] = new JsonObject { ["fields"] = new JsonArray([.. Column().Matches(sql).Select(Field)]) },
        };
        if (Partition().Match(sql) is { Success: true } partition)
        {
            resource["timePartitioning"] = new JsonObject { ["type"] = "DAY", ["field"] = partition.Groups[1].Value };
        }

        if (Expiration().Match(sql) is { Success: true } days)
        {
            resource["timePartitioning"]!["expirationMs"] = (
                long.Parse(days.Groups[1].Value, CultureInfo.InvariantCulture) * 86_400_000)
                .ToString(CultureInfo.InvariantCulture);
        }

        if (sql.Contains("OPTIONS (require_partition_filter = TRUE", StringComparison.Ordinal)
            || sql.Contains(", require_partition_filter = TRUE", StringComparison.Ordinal))
        {
            resource["requirePartitionFilter"] = true;
        }

        if (Cluster().Match(sql) is { Success: true } cluster)
        {
            resource["clustering"] = new JsonObject
            {
                ["fields"] =
                    new JsonArray([.. cluster.Groups[1].Value.Split(", ").Select(column => JsonValue.Create(column))]),
            };
        }

        resource["description"] = Unescape(
            Description().Matches(sql[sql.LastIndexOf("OPTIONS", StringComparison.Ordinal)..])[^1]);
        return resource;
    }

    private static JsonObject View(string dataset, string view, string sql)
    {
        var at = sql.IndexOf(" AS\n", StringComparison.Ordinal);
        var (head, query) = (sql[..at], sql[(at + " AS\n".Length)..].TrimEnd().TrimEnd(';'));
        return new JsonObject
        {
            ["type"] = "VIEW",
            ["tableReference"] = new JsonObject { ["projectId"] = "p", ["datasetId"] = dataset, ["tableId"] = view },
            ["description"] = Unescape(Description().Matches(head)[^1]),
            ["view"] = new JsonObject { ["query"] = query, ["useLegacySql"] = false },
            ["schema"] = new JsonObject
            {
                ["fields"] = new JsonArray(
                [
                    .. ViewColumn().Matches(head).Select(column => new JsonObject
                    {
                        ["name"] = column.Groups[1].Value,
                        ["type"] = "STRING",
                        ["description"] = Unescape(Description().Match(column.Value)),
                    }),
                ]),
            },
        };
    }

    private static void Alter(JsonObject table, string sql)
    {
        foreach (var part in sql[(sql.IndexOf('\n', StringComparison.Ordinal) + 1)..].Split(",\n"))
        {
            if (part.Contains("ADD COLUMN IF NOT EXISTS ", StringComparison.Ordinal))
            {
                var field = Field(
                    Column().Match(part.Replace("ADD COLUMN IF NOT EXISTS ", "", StringComparison.Ordinal)));
                if (Fields(table).All(other => Name(other) != Name(field)))
                {
                    table["schema"]!["fields"]!.AsArray().Add((JsonNode)field);
                }
            }
            else if (Retyped().Match(part) is { Success: true } retyped)
            {
                Fields(table).Single(field => Name(field) == retyped.Groups[1].Value)["type"] = retyped.Groups[2].Value;
            }
            else if (Altered().Match(part) is { Success: true } altered)
            {
                Fields(table)
                    .Single(field => Name(field) == altered.Groups[1].Value)["description"] = Unescape(
                        Description().Match(part));
            }
            else if (part.TrimStart().StartsWith("SET OPTIONS (description", StringComparison.Ordinal))
            {
                table["description"] = Unescape(Description().Match(part));
            }
            else if (part.Trim().TrimEnd(';') is "SET OPTIONS (require_partition_filter = TRUE)")
            {
                table["requirePartitionFilter"] = true;
            }
            else
            {
                throw new InvalidOperationException($"Not arranged: {part}");
            }
        }
    }

    private static JsonObject Field(Match column)
    {
        var field = new JsonObject
        {
            ["name"] = column.Groups[1].Value,
            ["type"] = column.Groups[2].Value switch { "INT64" => "INTEGER", "BOOL" => "BOOLEAN", var other => other },
        };
        if (column.Groups[3].Success)
        {
            (field["precision"], field["scale"]) = (column.Groups[3].Value, column.Groups[4].Value);
        }

        if (column.Groups[5].Success)
        {
            field["mode"] = "REQUIRED";
        }

        field["description"] = column.Groups[6].Value.Replace("\\'", "'", StringComparison.Ordinal);
        return field;
    }

    private static string Unescape(Match description) =>
        description.Groups[1].Value.Replace("\\'", "'", StringComparison.Ordinal);

    private static (int Status, JsonObject Answer) Error(int status, string reason, string message) =>
        (status, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = status,
            ["message"] = message,
            ["errors"] = new JsonArray(new JsonObject { ["reason"] = reason, ["message"] = message }),
        },
    });

    [GeneratedRegex(@"`p`\.(\w+)\.(\w+)")]
    private static partial Regex Target();

    [GeneratedRegex(@"`p`\.(\w+) OPTIONS \(location = '")]
    private static partial Regex Schema();

    [GeneratedRegex(
        @"^ *(\w+) ([A-Z0-9]+)(?:\((\d+), (\d+)\))?( NOT NULL)? OPTIONS \(description = '((?:\\.|[^'\\])*)'\)",
        RegexOptions.Multiline)]
    private static partial Regex Column();

    [GeneratedRegex(@"PARTITION BY (?:DATE\()?(\w+)")]
    private static partial Regex Partition();

    [GeneratedRegex("CLUSTER BY ([a-z_, ]+)")]
    private static partial Regex Cluster();

    [GeneratedRegex(@"partition_expiration_days = (\d+)")]
    private static partial Regex Expiration();

    [GeneratedRegex(@"description = '((?:\\.|[^'\\])*)'")]
    private static partial Regex Description();

    [GeneratedRegex(@"ALTER COLUMN (\w+) SET DATA TYPE (\w+)")]
    private static partial Regex Retyped();

    [GeneratedRegex(@"ALTER COLUMN (\w+) SET OPTIONS")]
    private static partial Regex Altered();

    [GeneratedRegex(@"^  (\w+) OPTIONS \(description = '(?:\\.|[^'\\])*'\)", RegexOptions.Multiline)]
    private static partial Regex ViewColumn();
}
