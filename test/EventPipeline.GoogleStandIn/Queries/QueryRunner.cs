using System.Globalization;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Bills;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Quotas;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Queries;

/// <summary>A query job: one statement of GoogleSQL that reads, changes or defines.</summary>
internal sealed class QueryRunner(
    Catalog catalog, Definitions definitions, ResultFiles results, Billing billing, TableQuotas quotas)
{
    /// <summary>Whether a job's statement defines something.</summary>
    public static bool IsDefinition(Job job) => DefinitionStatement.Is(Lexer.Read(Text(job))[0]);

    /// <summary>
    /// The dataset in which unqualified names are looked up; null when the job names none, or one that is not there.
    /// </summary>
    public string? DefaultDataset(Job job) => (string?)job.Configuration["query"]?["defaultDataset"]?["datasetId"];

    /// <summary>Does a job's work in the connection's transaction.</summary>
    public JobEnd Run(DuckDBConnection connection, Job job)
    {
        var query = (JsonObject)job.Configuration["query"]!;
        var sql = Text(job);
        var tokens = Lexer.Read(sql);
        Translator Translation(bool forPlan) => new(
            sql,
            tokens,
            job.Project,
            new Parameters(query["queryParameters"] as JsonArray, (string?)query["parameterMode"]),
            forPlan);
        var translator = Translation(forPlan: false);
        try
        {
            if (DefinitionStatement.Is(tokens[0]))
            {
                var statement = new DefinitionStatement(
                    sql,
                    new TokenReader(sql, tokens),
                    translator,
                    catalog,
                    definitions,
                    job.Project,
                    DefaultDataset(job));
                var done = statement.Run(connection);
                var statistics = new JsonObject { ["ddlOperationPerformed"] = done.Operation };
                if (done.Table is not null)
                {
                    statistics["ddlTargetTable"] = done.Table.Reference;
                }

                if (done is { Table: { } defined, Operation: not "SKIP" }
                    && done.StatementType.EndsWith("_TABLE", StringComparison.Ordinal))
                {
                    quotas.Update(connection, defined);
                }

                return End(done.StatementType, statistics, new Bill(0, 0));
            }

            var text = translator.Translate(0, tokens.Count);
            CheckTables(connection, translator.Tables, job);
            var target = DmlTarget.Of(tokens, translator, DefaultDataset(job));
            var plan = Translation(forPlan: true).Translate(0, tokens.Count);
            var bill = billing.Of(connection, job, plan, translator.Named(DefaultDataset(job)), target);
            return tokens[0].Is("SELECT") || tokens[0].Is("WITH") || tokens[0].IsSymbol("(")
                ? Select(connection, job, text, bill)
                : Change(connection, tokens[0], text, bill);
        }
        catch (DuckDBException ex) when (ex.Message.StartsWith("Catalog Error", StringComparison.Ordinal)
            && !ex.Message.Contains("conflict", StringComparison.OrdinalIgnoreCase))
        {
            throw QueryErrors.Of(
                ex,
                job,
                translator.Tables,
                table => Catalog.FindDataset(connection, table.Project, table.Dataset) is not null);
        }
    }

    private static string Text(Job job) =>
        (string?)job.Configuration["query"]?["query"]
            ?? throw GoogleException.Invalid("Required parameter is missing: query");

    private static void CheckTables(DuckDBConnection connection, IReadOnlyList<TableName> tables, Job job)
    {
        foreach (var table in tables)
        {
            var dataset = Catalog.FindDataset(connection, table.Project, table.Dataset);
            if (
                dataset is null
                    ? table.Project != job.Project
                    : !job.Location.Equals((string?)dataset["location"], StringComparison.OrdinalIgnoreCase))
            {
                throw new GoogleException(
                    404,
                    "notFound",
                    $"Not found: Dataset {table.Project}:{table.Dataset} was not found in location {job.Location}");
            }
        }
    }

    private JobEnd Select(DuckDBConnection connection, Job job, string text, Bill bill)
    {
        Database.Run(connection, $"CREATE TEMP TABLE query_result AS {text}");
        var fields = TableSchema.Describe(connection, "temp.query_result");
        var columns = Database.Read(connection, "DESCRIBE temp.query_result", row => row.GetString(0));
        var types = fields.Select(field => (string)field!["type"]!).ToList();
        var expressions = columns.Select((column, i) => types[i] switch
        {
            "TIMESTAMP" => $"CAST(epoch_us({Sql.Name(column)}) AS VARCHAR)",
            "BYTES" => $"to_base64({Sql.Name(column)})",
            _ => $"CAST({Sql.Name(column)} AS VARCHAR)",
        });
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {string.Join(", ", expressions)} FROM temp.query_result ORDER BY rowid";
        using (var reader = command.ExecuteReader())
        {
            results.Write(job, fields, Rows(reader, types));
        }

        Database.Run(connection, "DROP TABLE temp.query_result");
        return End("SELECT", [], bill);
    }

    private static IEnumerable<string?[]> Rows(DuckDBDataReader reader, List<string> types)
    {
        while (reader.Read())
        {
            yield return [.. types.Select((type, i) => reader.IsDBNull(i) ? null : Value(type, reader.GetString(i)))];
        }
    }

    private static string Value(string type, string value) => type switch
    {
        // BigQuery shows no zeros behind a decimal's last digit.
        "NUMERIC" or "BIGNUMERIC" when value.Contains('.', StringComparison.Ordinal) => value.TrimEnd('0').TrimEnd('.'),
        "FLOAT" => value switch { "inf" => "Infinity", "-inf" => "-Infinity", "nan" => "NaN", _ => value },
        _ => value,
    };

    private static JobEnd Change(DuckDBConnection connection, Token verb, string text, Bill bill)
    {
        var type = verb.Value.ToUpperInvariant();
        if (type is not ("INSERT" or "UPDATE" or "DELETE" or "MERGE"))
        {
            throw verb.Kind == TokenKind.Word
                && type is "BEGIN" or "CALL" or "COMMIT" or "DECLARE"
                    or "EXECUTE" or "EXPORT" or "GRANT" or "IF" or "LOAD" or "SET" or "TRUNCATE"
                ? GoogleException.NotHere($"A statement {type}")
                : GoogleException.InvalidQuery($"Syntax error: Unexpected identifier \"{verb.Value}\" at [1:1]");
        }

        var rows = Database.Run(connection, text).ToString(CultureInfo.InvariantCulture);
        var statistics = new JsonObject { ["numDmlAffectedRows"] = rows };
        var counted =
            type switch { "INSERT" => "insertedRowCount", "UPDATE" => "updatedRowCount",
                "DELETE" => "deletedRowCount", _ => null };
        if (counted is not null)
        {
            statistics["dmlStats"] = new JsonObject { [counted] = rows };
        }

        return End(type, statistics, bill);
    }

    private static JobEnd End(string statementType, JsonObject query, Bill bill)
    {
        var processed = bill.Processed.ToString(CultureInfo.InvariantCulture);
        query["statementType"] = statementType;
        query["totalBytesProcessed"] = processed;
        query["totalBytesBilled"] = bill.Billed.ToString(CultureInfo.InvariantCulture);
        query["cacheHit"] = false;
        return new JobEnd { Statistics = new JsonObject { ["totalBytesProcessed"] = processed, ["query"] = query } };
    }
}
