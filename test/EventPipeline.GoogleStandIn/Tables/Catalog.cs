using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Storage;

namespace EventPipeline.GoogleStandIn.Tables;

/// <summary>A table's or view's full name.</summary>
internal sealed record TableName(string Project, string Dataset, string Table)
{
    /// <summary>The name in DuckDB.</summary>
    public string Quoted => Sql.Name(Dataset, Table);

    public JsonObject Reference => new() { ["projectId"] = Project, ["datasetId"] = Dataset, ["tableId"] = Table };

    public static TableName Of(JsonNode? reference, string project) => new(
        (string?)reference?["projectId"] ?? project,
        (string?)reference?["datasetId"] ?? throw GoogleException.Invalid("Required parameter is missing: datasetId"),
        (string?)reference?["tableId"] ?? throw GoogleException.Invalid("Required parameter is missing: tableId"));

    public override string ToString() => $"{Project}:{Dataset}.{Table}";
}

/// <summary>Datasets, tables and views: the resources that the API shows, kept beside what they describe.</summary>
internal sealed partial class Catalog(TimeProvider time)
{
    /// <summary>A dataset's resource; null when there is none.</summary>
    public static JsonObject? FindDataset(DuckDBConnection connection, string project, string dataset) =>
        One(Database.Read(
        connection,
        $"SELECT resource FROM {Database.Own}.datasets WHERE project = ? AND dataset = ?",
        row => row.GetString(0),
        project,
        dataset));

    /// <summary>A project's datasets.</summary>
    public static IEnumerable<JsonObject> Datasets(DuckDBConnection connection, string project) => Database.Read(
            connection,
            $"SELECT resource FROM {Database.Own}.datasets WHERE project = ? ORDER BY dataset",
            row => row.GetString(0),
            project)
        .Select(json => (JsonObject)JsonNode.Parse(json)!);

    /// <summary>A dataset's resource.</summary>
    /// <exception cref="GoogleException">There is none.</exception>
    public static JsonObject Dataset(DuckDBConnection connection, string project, string dataset) =>
        FindDataset(connection, project, dataset) ?? throw GoogleException.NotFound($"Dataset {project}:{dataset}");

    /// <summary>The resource of a table or view; null when there is none.</summary>
    public static JsonObject? Find(DuckDBConnection connection, TableName name) => One(Database.Read(
        connection,
        $"SELECT resource FROM {Database.Own}.tables WHERE project = ? AND dataset = ? AND name = ?",
        row => row.GetString(0),
        name.Project,
        name.Dataset,
        name.Table));

    /// <summary>The resources of a dataset's tables and views.</summary>
    public static List<JsonObject> Tables(DuckDBConnection connection, string project, string dataset) =>
    [
        .. Database.Read(
                connection,
                $"SELECT resource FROM {Database.Own}.tables WHERE project = ? AND dataset = ? ORDER BY name",
                row => row.GetString(0),
                project,
                dataset)
            .Select(json => (JsonObject)JsonNode.Parse(json)!),
    ];

    /// <summary>Makes a dataset.</summary>
    /// <exception cref="GoogleException">It is there already.</exception>
    public JsonObject CreateDataset(DuckDBConnection connection, string project, string dataset, JsonObject sent)
    {
        if (!Identifier().IsMatch(dataset))
        {
            throw GoogleException.Invalid(
                $"Invalid dataset ID \"{dataset}\". Dataset IDs must be alphanumeric (plus underscores) and must be "
                    + "at most 1024 characters long.");
        }

        Labels.Check(sent["labels"]);
        if (FindDataset(connection, project, dataset) is not null)
        {
            throw GoogleException.AlreadyExists($"Dataset {project}:{dataset}");
        }

        if (
            Database.Read(
                connection,
                $"SELECT project FROM {Database.Own}.datasets WHERE dataset = ?",
                row => row.GetString(0),
                dataset)
            is [var other, ..])
        {
            throw GoogleException.NotHere($"A second project's dataset '{dataset}' (project '{other}' has one)");
        }

        var resource = new JsonObject
        {
            ["kind"] = "bigquery#dataset",
            ["etag"] = Etag(),
            ["id"] = $"{project}:{dataset}",
            ["selfLink"] = $"https://bigquery.googleapis.com/bigquery/v2/projects/{project}/datasets/{dataset}",
            ["datasetReference"] = new JsonObject { ["projectId"] = project, ["datasetId"] = dataset },
            ["location"] = (string?)sent["location"] ?? "US",
            ["creationTime"] = Now(),
            ["lastModifiedTime"] = Now(),
            ["type"] = "DEFAULT",
        };
        Copy(
            sent,
            resource,
            "description",
            "friendlyName",
            "labels",
            "defaultTableExpirationMs",
            "defaultPartitionExpirationMs");
        Database.Run(connection, $"CREATE SCHEMA {Sql.Name(dataset)}");
        Database.Run(
            connection,
            $"INSERT INTO {Database.Own}.datasets VALUES (?, ?, ?)",
            project,
            dataset,
            resource.ToJsonString());
        return resource;
    }

    /// <summary>Makes a table.</summary>
    /// <exception cref="GoogleException">It is there already, or its dataset is not.</exception>
    public JsonObject CreateTable(DuckDBConnection connection, TableName name, JsonObject sent)
    {
        Labels.Check(sent["labels"]);
        var resource = Resource(connection, name, "TABLE");
        var fields = TableSchema.Normalize(sent["schema"]);
        if (fields.Count == 0)
        {
            throw GoogleException.NotHere("A table without columns");
        }

        var known = fields.Select(field => (string)field!["name"]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (known.Count != fields.Count)
        {
            throw GoogleException.Invalid("Duplicate field names in the schema.");
        }

        if (sent["timePartitioning"] is JsonObject partitioning)
        {
            if ((string?)partitioning["type"] != "DAY" || (string?)partitioning["field"] is not { } field)
            {
                throw GoogleException.NotHere("A partitioning that is not by the day of a column");
            }

            if (!known.Contains(field))
            {
                throw GoogleException.Invalid("The field specified for partitioning cannot be found in the schema.");
            }
        }

        if (
            (sent["clustering"]?["fields"] as JsonArray)?.Select(field => (string)field!)
                .FirstOrDefault(field => !known.Contains(field)) is { } unknown)
        {
            throw GoogleException.Invalid(
                $"The field specified for clustering cannot be found in the schema. Invalid field: {unknown}.");
        }

        Database.Run(connection, $"CREATE TABLE {name.Quoted} ({TableSchema.Definition(fields)})");
        resource["schema"] = new JsonObject { ["fields"] = fields };
        Copy(
            sent,
            resource,
            "timePartitioning",
            "clustering",
            "description",
            "friendlyName",
            "labels",
            "expirationTime",
            "requirePartitionFilter",
            "tableConstraints");
        Save(connection, name, resource);
        return resource;
    }

    /// <summary>The resource of a table or view that is about to be made.</summary>
    /// <exception cref="GoogleException">It is there already, or its dataset is not.</exception>
    public JsonObject Resource(DuckDBConnection connection, TableName name, string type)
    {
        var dataset = Dataset(connection, name.Project, name.Dataset);
        if (!TableId().IsMatch(name.Table))
        {
            throw GoogleException.Invalid(
                $"Invalid table ID \"{name.Table}\". Table IDs must be alphanumeric (plus underscores) and must be at "
                    + "most 1024 characters long.");
        }

        return Find(connection, name) is not null
            ? throw GoogleException.AlreadyExists($"Table {name}")
            : new JsonObject
            {
                ["kind"] = "bigquery#table",
                ["id"] = name.ToString(),
                ["selfLink"] =
                    $"https://bigquery.googleapis.com/bigquery/v2/projects/{name.Project}/datasets/{name.Dataset}/tables/{name.Table}",
                ["tableReference"] = name.Reference,
                ["type"] = type,
                ["location"] = dataset["location"]!.DeepClone(),
                ["creationTime"] = Now(),
            };
    }

    /// <summary>Keeps a resource as it is now.</summary>
    public void Save(DuckDBConnection connection, TableName name, JsonObject resource)
    {
        resource["etag"] = Etag();
        resource["lastModifiedTime"] = Now();
        Remove(connection, name);
        Database.Run(
            connection,
            $"INSERT INTO {Database.Own}.tables VALUES (?, ?, ?, ?)",
            name.Project,
            name.Dataset,
            name.Table,
            resource.ToJsonString());
    }

    /// <summary>Forgets a resource.</summary>
    public static void Remove(DuckDBConnection connection, TableName name) => Database.Run(
        connection,
        $"DELETE FROM {Database.Own}.tables WHERE project = ? AND dataset = ? AND name = ?",
        name.Project,
        name.Dataset,
        name.Table);

    private static void Copy(JsonObject from, JsonObject to, params IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (from[name] is { } value)
            {
                to[name] = value.DeepClone();
            }
        }
    }

    private static JsonObject? One(List<string> resources) => resources is [var json, ..]
        ? (JsonObject)JsonNode.Parse(json)!
        : null;

    private static string Etag() => Convert.ToBase64String(Guid.NewGuid().ToByteArray());

    private string Now() => time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A[A-Za-z0-9_]{1,1024}\z")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\A[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]{1,1024}\z")]
    private static partial Regex TableId();
}
