using System.Globalization;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Quotas;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Loads;

/// <summary>
/// A load job: all rows or none.
/// https://docs.cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfigurationload.
/// </summary>
internal sealed class LoadRunner(Database database, Catalog catalog, TableQuotas quotas)
{
    /// <summary>More bad rows than these are not looked for once a job has failed.</summary>
    private const int MaxErrorsShown = 5;

    /// <summary>
    /// Does a job's work in the connection's transaction. What cannot be loaded is told in the result; the caller rolls
    /// back then.
    /// </summary>
    public JobEnd Run(DuckDBConnection connection, Job job)
    {
        var load = (JsonObject)job.Configuration["load"]!;
        var name = TableName.Of(load["destinationTable"], job.Project);
        var table = Open(connection, job, load, name);
        var columns = TableSchema.Columns(table);
        var partitions = new WrittenPartitions(table, columns);
        var reader = new RowReader(columns, (bool?)load["ignoreUnknownValues"] ?? false);
        var mostBad = (int?)load["maxBadRecords"] ?? 0;
        var bad = new List<JsonObject>();
        var (seen, good, size) = (0L, 0L, 0L);
        using var lines = new Lines(job.UploadPath!);
        using (var writer = new RowWriter(connection, name, columns))
        {
            while (bad.Count < mostBad + MaxErrorsShown && lines.Next())
            {
                var line = lines.Current.Span;
                if (line.Trim(" \t\r"u8).IsEmpty)
                {
                    continue;
                }

                seen++;
                size += line.Length;
                if (reader.Read(line) is { } mistake)
                {
                    bad.Add(new JsonObject
                    {
                        ["reason"] = "invalid",
                        ["message"] = string.Create(
                            CultureInfo.InvariantCulture,
                            $"Error while reading data, error message: JSON parsing error in row starting at position "
                                + $"{lines.Position}: {mistake}"),
                    });
                }
                else
                {
                    good++;
                    partitions.Add(reader.Row);
                    writer.Write(reader.Row, line.Length);
                }
            }
        }

        if (bad.Count <= mostBad && partitions.Count is { } written)
        {
            quotas.ModifyPartitions(connection, name, written);
        }

        return bad.Count > mostBad
            ? TooManyErrors(seen, mostBad, bad)
            : new JobEnd
            {
                Errors = [.. bad],
                Statistics = new JsonObject
                {
                    ["load"] = new JsonObject
                    {
                        ["inputFiles"] = "1",
                        ["inputFileBytes"] = Text(new FileInfo(job.UploadPath!).Length),
                        ["outputRows"] = Text(good),
                        ["outputBytes"] = Text(size),
                        ["badRecords"] = Text(bad.Count),
                    },
                },
            };
    }

    /// <summary>The table to load into, which is made or emptied where the job says so.</summary>
    private JsonObject Open(DuckDBConnection connection, Job job, JsonObject load, TableName name)
    {
        var dataset = Catalog.Dataset(connection, name.Project, name.Dataset);
        if (!job.Location.Equals((string?)dataset["location"], StringComparison.OrdinalIgnoreCase))
        {
            throw new GoogleException(
                404,
                "notFound",
                $"Not found: Dataset {name.Project}:{name.Dataset} was not found in location {job.Location}");
        }

        JsonObject table;
        lock (database.Definitions)
        {
            table = Catalog.Find(connection, name) ?? Create(connection, load, name);
        }

        if ((string?)table["type"] != "TABLE")
        {
            throw GoogleException.Invalid(
                $"{name} is not allowed for this operation because it is currently a {(string?)table["type"]}.");
        }

        Compare(load, name, table);
        switch ((string?)load["writeDisposition"] ?? "WRITE_APPEND")
        {
            case "WRITE_APPEND":
                break;
            case "WRITE_EMPTY":
                if (Database.Read(connection, $"SELECT 1 FROM {name.Quoted} LIMIT 1", _ => true).Count > 0)
                {
                    throw GoogleException.AlreadyExists($"Table {name}");
                }

                break;
            case "WRITE_TRUNCATE" or "WRITE_TRUNCATE_DATA":
                Database.Run(connection, $"DELETE FROM {name.Quoted}");
                break;
            case var other:
                throw GoogleException.Invalid($"Invalid value for writeDisposition: {other}");
        }

        return table;
    }

    private JsonObject Create(DuckDBConnection connection, JsonObject load, TableName name)
    {
        if ((string?)load["createDisposition"] == "CREATE_NEVER")
        {
            throw GoogleException.NotFound($"Table {name}");
        }

        if (load["schema"] is null)
        {
            throw GoogleException.Invalid("No schema specified on job or table.");
        }

        return catalog.CreateTable(connection, name, load);
    }

    private static void Compare(JsonObject load, TableName name, JsonObject table)
    {
        var columns = TableSchema.Columns(table).ToDictionary(column => column.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var field in load["schema"] is null ? [] : TableSchema.Normalize(load["schema"]))
        {
            var sent = (string)field!["name"]!;
            if (!columns.TryGetValue(sent, out var column))
            {
                throw GoogleException.Invalid(
                    $"Provided Schema does not match Table {name}. Cannot add fields (field: {sent})");
            }

            if (column.Type.Name != (string?)field["type"])
            {
                throw GoogleException.Invalid(
                    $"Provided Schema does not match Table {name}. Field {sent} has changed type from "
                        + $"{column.Type.Name} to {(string?)field["type"]}");
            }

            var required = (string?)field["mode"] == "REQUIRED";
            if (required != column.Required && required)
            {
                throw GoogleException.Invalid(
                    $"Provided Schema does not match Table {name}. Field {sent} has changed mode from NULLABLE to "
                        + "REQUIRED");
            }
        }
    }

    private static JobEnd TooManyErrors(long rows, int mostBad, List<JsonObject> bad)
    {
        JsonObject TooMany() => new()
        {
            ["reason"] = "invalid",
            ["message"] = string.Create(
                CultureInfo.InvariantCulture,
                $"Error while reading data, error message: JSON table encountered too many errors, giving up. Rows: "
                    + $"{rows}; errors: {bad.Count}. ")
                + "Please look into the errors[] collection for more details.",
        };
        var processing = new JsonObject
        {
            ["reason"] = "invalid",
            ["message"] = string.Create(
                CultureInfo.InvariantCulture,
                $"Error while reading data, error message: JSON processing encountered too many errors, giving up. "
                    + $"Rows: {rows}; errors: {bad.Count}; ")
                + FormattableString.Invariant($"max bad: {mostBad}; error percent: 0"),
        };
        return new JobEnd { ErrorResult = TooMany(), Errors = [TooMany(), processing, .. bad] };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
