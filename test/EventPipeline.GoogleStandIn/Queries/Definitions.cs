using System.Globalization;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>
/// What tables.insert and GoogleSQL's definition statements do to tables and views, beside what <see cref="Catalog"/>
/// keeps.
/// </summary>
internal sealed class Definitions(Catalog catalog)
{
    /// <summary>Makes a view; its columns are what its query answers.</summary>
    public JsonObject CreateView(DuckDBConnection connection, TableName name, string query, string? description)
    {
        var resource = catalog.Resource(connection, name, "VIEW");
        resource["view"] = new JsonObject { ["query"] = query, ["useLegacySql"] = false };
        if (description is not null)
        {
            resource["description"] = description;
        }

        Define(connection, name, query);
        resource["schema"] = new JsonObject { ["fields"] = TableSchema.Describe(connection, name.Quoted) };
        catalog.Save(connection, name, resource);
        return resource;
    }

    /// <summary>Drops a table or a view.</summary>
    public static void Drop(DuckDBConnection connection, TableName name, string type)
    {
        Database.Run(connection, $"DROP {type} {name.Quoted}");
        Catalog.Remove(connection, name);
    }

    /// <summary>Adds a column, null in every row that is there.</summary>
    public void AddColumn(DuckDBConnection connection, TableName name, JsonObject resource, JsonObject field)
    {
        if ((string?)field["mode"] == "REQUIRED")
        {
            throw GoogleException.Invalid(
                $"Cannot add required fields to an existing schema. (field: {(string?)field["name"]})");
        }

        Database.Run(
            connection,
            $"ALTER TABLE {name.Quoted} ADD COLUMN {Sql.Name((string)field["name"]!)} {ColumnType.Of(field).DuckDb}");
        ((JsonArray)resource["schema"]!["fields"]!).Add(field);
        catalog.Save(connection, name, resource);
        DefineViewsAgain(connection, name);
    }

    /// <summary>Gives a number's column a type that holds every value of the one it has.</summary>
    public void Widen(
        DuckDBConnection connection, TableName name, JsonObject resource, JsonObject field, ColumnType type)
    {
        var before = ColumnType.Of(field);
        string[] numbers = ["INTEGER", "NUMERIC", "BIGNUMERIC"];
        if (
            type.Precision is not null
                || Array.IndexOf(numbers, before.Name) is not (>= 0 and var rank)
                || Array.IndexOf(numbers, type.Name) < rank)
        {
            throw GoogleException.Invalid(
                $"ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type ({before.Name}) is "
                    + $"assignable to the new type ({type.Name})");
        }

        Database.Run(
            connection,
            $"ALTER TABLE {name.Quoted} ALTER COLUMN {Sql.Name((string)field["name"]!)} SET DATA TYPE {type.DuckDb}");
        field["type"] = type.Name;
        field.Remove("precision");
        field.Remove("scale");
        catalog.Save(connection, name, resource);
        DefineViewsAgain(connection, name);
    }

    /// <summary>Puts the options of a statement into a resource.</summary>
    public static void SetOptions(JsonObject resource, IReadOnlyDictionary<string, Token> options)
    {
        foreach (var (option, value) in options)
        {
            switch (option)
            {
                case "description":
                    resource["description"] = Text(value);
                    break;
                case "friendly_name":
                    resource["friendlyName"] = Text(value);
                    break;
                case "partition_expiration_days":
                    var days = value.Is("NULL")
                        ? (decimal?)null
                        : decimal.Parse(value.Value, NumberStyles.Float, CultureInfo.InvariantCulture);
                    var partitioning = resource["timePartitioning"] as JsonObject
                        ?? throw GoogleException.InvalidQuery(
                            "partition_expiration_days can only be set on a partitioned table");
                    partitioning["expirationMs"] = days is null
                        ? null : ((long)(days * 86_400_000)).ToString(CultureInfo.InvariantCulture);
                    break;
                case "require_partition_filter":
                    resource["requirePartitionFilter"] = value.Is("TRUE");
                    break;
                case "location":
                    resource["location"] = Text(value);
                    break;
                default:
                    throw GoogleException.NotHere($"The option {option}");
            }
        }
    }

    private static string? Text(Token value) => value.Is("NULL") ? null : value.Value;

    private static void Define(DuckDBConnection connection, TableName name, string query)
    {
        var tokens = Lexer.Read(query);
        var translator = new Translator(query, tokens, name.Project, new Parameters(null, null));
        Database.Run(connection, $"CREATE OR REPLACE VIEW {name.Quoted} AS {translator.Translate(0, tokens.Count)}");
    }

    /// <summary>
    /// DuckDB's views remember their columns and fail when a table below has new ones; BigQuery's go on. They stand on
    /// each other, so that they are made again until no further one can be.
    /// </summary>
    private static void DefineViewsAgain(DuckDBConnection connection, TableName changed)
    {
        var views = Catalog.Tables(connection, changed.Project, changed.Dataset)
            .Where(table => (string?)table["type"] == "VIEW")
            .Select(
                view =>
                    (
                        Name: TableName.Of(view["tableReference"], changed.Project),
                        Query: (string)view["view"]!["query"]!))
            .ToList();
        for (var before = views.Count + 1; views.Count > 0 && views.Count < before;)
        {
            before = views.Count;
            views.RemoveAll(view => IsDefined(connection, view.Name, view.Query));
        }
    }

    private static bool IsDefined(DuckDBConnection connection, TableName name, string query)
    {
        try
        {
            Define(connection, name, query);
            return true;
        }
        catch (DuckDBException)
        {
            return false;
        }
    }
}
