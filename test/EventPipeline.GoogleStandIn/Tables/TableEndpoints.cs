using System.Globalization;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Queries;
using EventPipeline.GoogleStandIn.Quotas;
using EventPipeline.GoogleStandIn.Storage;

namespace EventPipeline.GoogleStandIn.Tables;

/// <summary>
/// https://docs.cloud.google.com/bigquery/docs/reference/rest/v2/tables and …/datasets: get, insert and list.
/// </summary>
internal sealed class TableEndpoints(
    Database database, Catalog catalog, Definitions definitions, TableQuotas quotas)
{
    private const string Datasets = "/bigquery/v2/projects/{project}/datasets";

    public void Map(Door door)
    {
        door.Map("GET", Datasets, "datasets.list", ListDatasets);
        door.Map("POST", Datasets, "datasets.insert", InsertDataset);
        door.Map("GET", $"{Datasets}/{{dataset}}", "datasets.get", GetDataset);
        door.Map("GET", $"{Datasets}/{{dataset}}/tables", "tables.list", ListTables);
        door.Map("POST", $"{Datasets}/{{dataset}}/tables", "tables.insert", InsertTable);
        door.Map("GET", $"{Datasets}/{{dataset}}/tables/{{table}}", "tables.get", GetTable);
    }

    private Task<IResult> ListDatasets(Call call)
    {
        using var connection = database.Open();
        return Answer.JsonAsync(new JsonObject
        {
            ["kind"] = "bigquery#datasetList",
            ["datasets"] =
                new JsonArray([.. Catalog.Datasets(connection, call.Route("project")).Select(dataset => new JsonObject
            {
                ["kind"] = "bigquery#dataset",
                ["id"] = dataset["id"]!.DeepClone(),
                ["datasetReference"] = dataset["datasetReference"]!.DeepClone(),
                ["location"] = dataset["location"]!.DeepClone(),
            })]),
        });
    }

    private Task<IResult> InsertDataset(Call call)
    {
        var id = (string?)call.Body["datasetReference"]?["datasetId"]
            ?? throw GoogleException.Invalid("Dataset reference is missing dataset id");
        return Answer.JsonAsync(
            Change(connection => catalog.CreateDataset(connection, call.Route("project"), id, call.Body)));
    }

    private Task<IResult> GetDataset(Call call)
    {
        using var connection = database.Open();
        return Answer.JsonAsync(Catalog.Dataset(connection, call.Route("project"), call.Route("dataset")));
    }

    private Task<IResult> ListTables(Call call)
    {
        using var connection = database.Open();
        Catalog.Dataset(connection, call.Route("project"), call.Route("dataset"));
        var tables = Catalog.Tables(connection, call.Route("project"), call.Route("dataset"));
        return Answer.JsonAsync(new JsonObject
        {
            ["kind"] = "bigquery#tableList",
            ["totalItems"] = tables.Count,
            ["tables"] = new JsonArray([.. tables.Select(table => new JsonObject
            {
                ["kind"] = "bigquery#table",
                ["id"] = table["id"]!.DeepClone(),
                ["tableReference"] = table["tableReference"]!.DeepClone(),
                ["type"] = table["type"]!.DeepClone(),
                ["creationTime"] = table["creationTime"]!.DeepClone(),
            })]),
        });
    }

    private Task<IResult> InsertTable(Call call)
    {
        var name = TableName.Of(call.Body["tableReference"], call.Route("project")) with
        {
            Dataset = call.Route("dataset"),
        };
        return Answer.JsonAsync(Change(connection => call.Body["view"] is JsonObject view
            ? definitions.CreateView(connection, name, View(view), (string?)call.Body["description"])
            : CreateTable(connection, name, call.Body)));
    }

    private JsonObject CreateTable(DuckDBConnection connection, TableName name, JsonObject sent)
    {
        var table = catalog.CreateTable(connection, name, sent);
        quotas.Update(connection, name);
        return table;
    }

    private Task<IResult> GetTable(Call call)
    {
        using var connection = database.Open();
        var name = new TableName(call.Route("project"), call.Route("dataset"), call.Route("table"));
        Catalog.Dataset(connection, name.Project, name.Dataset);
        var table = Catalog.Find(connection, name) ?? throw GoogleException.NotFound($"Table {name}");
        if ((string?)table["type"] == "TABLE")
        {
            var rows = Database.Read(connection, $"SELECT COUNT(*) FROM {name.Quoted}", row => row.GetInt64(0))[0];
            table["numRows"] = rows.ToString(CultureInfo.InvariantCulture);
            table["numBytes"] = "0";
        }

        return Answer.JsonAsync(table);
    }

    private static string View(JsonObject view) => (bool?)view["useLegacySql"] == false
        ? (string?)view["query"] ?? throw GoogleException.Invalid("Required parameter is missing: query")
        : throw GoogleException.NotHere("Legacy SQL (it is what \"useLegacySql\" says unless it is false)");

    private JsonObject Change(Func<DuckDBConnection, JsonObject> change)
    {
        lock (database.Definitions)
        {
            using var connection = database.Open();
            using var transaction = connection.BeginTransaction();
            var resource = change(connection);
            transaction.Commit();
            return resource;
        }
    }
}
