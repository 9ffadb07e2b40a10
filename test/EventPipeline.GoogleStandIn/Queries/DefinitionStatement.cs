using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>What a definition statement did, as the job's statistics say it.</summary>
internal sealed record DefinitionResult(string StatementType, string Operation, TableName? Table);

/// <summary>
/// One CREATE or ALTER of GoogleSQL:
/// https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language.
/// </summary>
internal sealed class DefinitionStatement(
    string sql,
    TokenReader reader,
    Translator translator,
    Catalog catalog,
    Definitions definitions,
    string project,
    string? defaultDataset)
{
    /// <summary>Whether a statement defines something.</summary>
    public static bool Is(Token first) => first.Is("CREATE") || first.Is("ALTER") || first.Is("DROP");

    /// <summary>Does it, in the connection's transaction.</summary>
    public DefinitionResult Run(DuckDBConnection connection)
    {
        if (reader.Take("CREATE"))
        {
            var replace = reader.Take("OR", "REPLACE");
            return reader.Take("SCHEMA") ? CreateSchema(connection)
                : reader.Take("TABLE") ? CreateTable(connection, replace)
                : reader.Take("VIEW") ? CreateView(connection, replace)
                : throw reader.Unexpected();
        }

        if (reader.Take("ALTER"))
        {
            reader.Expect("TABLE");
            return AlterTable(connection);
        }

        reader.Expect("DROP");
        return reader.Take("TABLE")
            ? Drop(connection, "TABLE")
            : reader.Take("VIEW") ? Drop(connection, "VIEW") : throw reader.Unexpected();
    }

    private DefinitionResult CreateSchema(DuckDBConnection connection)
    {
        var ifNotExists = reader.Take("IF", "NOT", "EXISTS");
        var (parts, length) = translator.Path(reader.At);
        reader.At += length;
        var (owner, dataset) = parts switch
        {
            [var name] => (project, name),
            [var other, var name] => (other, name),
            _ => throw reader.Unexpected(),
        };
        var sent = new JsonObject();
        Definitions.SetOptions(sent, reader.Options());
        reader.ExpectEnd();
        if (ifNotExists && Catalog.FindDataset(connection, owner, dataset) is not null)
        {
            return new DefinitionResult("CREATE_SCHEMA", "SKIP", null);
        }

        catalog.CreateDataset(connection, owner, dataset, sent);
        return new DefinitionResult("CREATE_SCHEMA", "CREATE", null);
    }

    private DefinitionResult CreateTable(DuckDBConnection connection, bool replace)
    {
        var ifNotExists = reader.Take("IF", "NOT", "EXISTS");
        var name = Table();
        var sent = new JsonObject { ["schema"] = new JsonObject { ["fields"] = Columns() } };
        if (reader.Take("PARTITION", "BY"))
        {
            sent["timePartitioning"] = Partitioning((JsonArray)sent["schema"]!["fields"]!);
        }

        if (reader.Take("CLUSTER", "BY"))
        {
            var fields = new JsonArray();
            do
            {
                fields.Add(reader.Name());
            }
            while (reader.TakeSymbol(","));
            sent["clustering"] = new JsonObject { ["fields"] = fields };
        }

        Definitions.SetOptions(sent, reader.Options());
        if (reader.Take("AS"))
        {
            throw GoogleException.NotHere("CREATE TABLE … AS SELECT");
        }

        reader.ExpectEnd();
        var present = Catalog.Find(connection, name);
        if (present is not null && ifNotExists)
        {
            return new DefinitionResult("CREATE_TABLE", "SKIP", name);
        }

        if (present is not null && replace)
        {
            Definitions.Drop(connection, name, (string)present["type"]!);
        }

        catalog.CreateTable(connection, name, sent);
        return new DefinitionResult("CREATE_TABLE", present is null ? "CREATE" : "REPLACE", name);
    }

    private JsonArray Columns()
    {
        var fields = new JsonArray();
        reader.ExpectSymbol("(");
        while (!reader.TakeSymbol(")"))
        {
            fields.Add(ColumnDefinition());
            reader.TakeSymbol(",");
        }

        return fields;
    }

    private JsonObject ColumnDefinition()
    {
        var name = reader.Name();
        var type = Type();
        var required = reader.Take("NOT", "NULL");
        return TableSchema.Field(name, type, required, Description(reader.Options()));
    }

    private ColumnType Type()
    {
        var (type, length) = Translator.TypeAt(reader.Tokens, reader.At) ?? throw reader.Unexpected();
        reader.At += length;
        return type;
    }

    private JsonObject Partitioning(JsonArray fields)
    {
        string field;
        if (reader.Take("DATE"))
        {
            reader.ExpectSymbol("(");
            field = reader.Name();
            reader.ExpectSymbol(")");
        }
        else
        {
            field = reader.Name();
            var type = (string?)fields.FirstOrDefault(f => (string?)f!["name"] == field)?["type"];
            if (type != "DATE")
            {
                throw GoogleException.InvalidQuery(
                    "PARTITION BY expression must be DATE(<timestamp_column>), DATE(<datetime_column>), "
                        + "DATETIME_TRUNC(<datetime_column>, "
                        + "DAY/HOUR/MONTH/YEAR), a DATE column, TIMESTAMP_TRUNC(<timestamp_column>, "
                        + "DAY/HOUR/MONTH/YEAR), DATE_TRUNC(<date_column>, "
                        + "MONTH/YEAR), or RANGE_BUCKET(<int64_column>, GENERATE_ARRAY(<int64_value>, <int64_value>[, "
                        + "<int64_value>]))");
            }
        }

        return new JsonObject { ["type"] = "DAY", ["field"] = field };
    }

    private DefinitionResult CreateView(DuckDBConnection connection, bool replace)
    {
        var ifNotExists = reader.Take("IF", "NOT", "EXISTS");
        var name = Table();
        var descriptions = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (reader.TakeSymbol("("))
        {
            while (!reader.TakeSymbol(")"))
            {
                var column = reader.Name();
                descriptions[column] = Description(reader.Options());
                reader.TakeSymbol(",");
            }
        }

        var options = reader.Options();
        reader.Expect("AS");
        var query = sql[reader.Next().Start..reader.Tokens[^1].End];
        var present = Catalog.Find(connection, name);
        if (present is not null && ifNotExists)
        {
            return new DefinitionResult("CREATE_VIEW", "SKIP", name);
        }

        if (present is not null && replace)
        {
            if ((string?)present["type"] != "VIEW")
            {
                throw GoogleException.Invalid(
                    $"{name} is not allowed for this operation because it is currently a TABLE.");
            }

            // Views that stand on this one remember its columns, so that it is replaced and not dropped.
            Catalog.Remove(connection, name);
        }

        var resource = definitions.CreateView(connection, name, query, Description(options));
        var fields = (JsonArray)resource["schema"]!["fields"]!;
        if (descriptions.Count > 0)
        {
            if (
                !fields.Select(field => (string)field!["name"]!)
                    .SequenceEqual(descriptions.Keys, StringComparer.OrdinalIgnoreCase))
            {
                throw GoogleException.NotHere("A view whose list of columns renames those of its query");
            }

            foreach (var field in fields.Where(field => descriptions[(string)field!["name"]!] is not null))
            {
                field!["description"] = descriptions[(string)field["name"]!];
            }

            catalog.Save(connection, name, resource);
        }

        return new DefinitionResult("CREATE_VIEW", present is null ? "CREATE" : "REPLACE", name);
    }

    private DefinitionResult AlterTable(DuckDBConnection connection)
    {
        var ifExists = reader.Take("IF", "EXISTS");
        var name = Table();
        if (Catalog.Find(connection, name) is not { } resource)
        {
            return ifExists
                ? new DefinitionResult("ALTER_TABLE", "SKIP", name)
                : throw GoogleException.NotFound($"Table {name}");
        }

        do
        {
            Alter(connection, name, resource);
        }
        while (reader.TakeSymbol(","));
        reader.ExpectEnd();
        return new DefinitionResult("ALTER_TABLE", "ALTER", name);
    }

    private void Alter(DuckDBConnection connection, TableName name, JsonObject resource)
    {
        var fields = (JsonArray)resource["schema"]!["fields"]!;
        if (reader.Take("ADD", "COLUMN"))
        {
            var ifNotExists = reader.Take("IF", "NOT", "EXISTS");
            var field = ColumnDefinition();
            if (Field(fields, (string)field["name"]!) is null)
            {
                definitions.AddColumn(connection, name, resource, field);
            }
            else if (!ifNotExists)
            {
                throw GoogleException.InvalidQuery($"Column already exists: {(string?)field["name"]}");
            }
        }
        else if (reader.Take("ALTER", "COLUMN"))
        {
            var ifExists = reader.Take("IF", "EXISTS");
            var column = reader.Name();
            reader.Expect("SET");
            var type = reader.Take("DATA", "TYPE") ? Type() : null;
            var description = type is null ? Description(reader.Options()) : null;
            if (Field(fields, column) is not { } field)
            {
                if (!ifExists)
                {
                    throw GoogleException.InvalidQuery($"Column not found: {column}");
                }
            }
            else if (type is not null)
            {
                definitions.Widen(connection, name, resource, field, type);
            }
            else
            {
                field["description"] = description;
                catalog.Save(connection, name, resource);
            }
        }
        else if (reader.Take("SET"))
        {
            Definitions.SetOptions(resource, reader.Options());
            catalog.Save(connection, name, resource);
        }
        else
        {
            throw GoogleException.NotHere("This kind of ALTER TABLE");
        }
    }

    private DefinitionResult Drop(DuckDBConnection connection, string type)
    {
        var ifExists = reader.Take("IF", "EXISTS");
        var name = Table();
        reader.ExpectEnd();
        if (Catalog.Find(connection, name) is not { } resource)
        {
            return ifExists
                ? new DefinitionResult($"DROP_{type}", "SKIP", name)
                : throw GoogleException.NotFound($"Table {name}");
        }

        if ((string?)resource["type"] != type)
        {
            throw GoogleException.Invalid(
                $"{name} is not allowed for this operation because it is currently a {(string?)resource["type"]}.");
        }

        Definitions.Drop(connection, name, type);
        return new DefinitionResult($"DROP_{type}", "DROP", name);
    }

    private TableName Table()
    {
        var (parts, length) = translator.Path(reader.At);
        reader.At += length;
        return translator.Table(parts, defaultDataset);
    }

    private static JsonObject? Field(JsonArray fields, string name) =>
        (JsonObject?)fields
            .FirstOrDefault(field => name.Equals((string?)field!["name"], StringComparison.OrdinalIgnoreCase));

    private static string? Description(IReadOnlyDictionary<string, Token> options)
    {
        var other = options.Keys.FirstOrDefault(option => option != "description");
        return other is not null ? throw GoogleException.NotHere($"The option {other} of a column")
            : options.TryGetValue("description", out var value) && !value.Is("NULL") ? value.Value : null;
    }
}
