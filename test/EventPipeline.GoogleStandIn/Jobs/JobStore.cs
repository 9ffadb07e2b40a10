using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Quotas;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Jobs;

/// <summary>Every job there ever was; an id is taken for ever, also by a job that failed.</summary>
internal sealed partial class JobStore
{
    private readonly Database database;
    private readonly TimeProvider time;
    private readonly CurrentLimits limits;
    private readonly ConcurrentDictionary<(string Project, string Id), Job> jobs = new();
    private readonly Lock gate = new();

    public JobStore(Database database, TimeProvider time, CurrentLimits limits)
    {
        (this.database, this.time, this.limits) = (database, time, limits);
        using var connection = database.Open();
        var ends = Database.Read(
            connection,
            $"SELECT project, id, record FROM {Database.Own}.job_ends",
            row =>
                (
                    (row.GetString(0), row.GetString(1)),
                    JsonSerializer.Deserialize<JobEnd>(row.GetString(2))!)).ToDictionary();
        foreach (var job in Database.Read(
            connection,
            $"SELECT record FROM {Database.Own}.jobs ORDER BY rowid",
            row => JsonSerializer.Deserialize<Job>(row.GetString(0))!))
        {
            job.Accept(jobs.Count + 1);
            jobs[(job.Project, job.Id)] = job;
            if (ends.TryGetValue((job.Project, job.Id), out var end))
            {
                job.Finish(end);
            }
        }
    }

    /// <summary>All jobs, oldest first.</summary>
    public IEnumerable<Job> All => jobs.Values.OrderBy(job => job.Number);

    /// <summary>A job; null when there is none.</summary>
    public Job? Find(string project, string id) => jobs.GetValueOrDefault((project, id));

    /// <summary>
    /// Which of a day's loads into a table a load is, counted from 1; without a table, of the project's.
    /// </summary>
    public int LoadsOfDay(Job load, TableName? table) => LoadsOfDay(load.Project, load.Day, table)
        .Count(other => other.Number <= load.Number);

    /// <summary>A day's loads into a table; without a table, the project's.</summary>
    public IEnumerable<Job> LoadsOfDay(string project, long day, TableName? table) => jobs.Values.Where(
        job => job.IsLoad && job.Project == project && job.Day == day && (table is null || job.LoadsInto == table));

    /// <summary>A job at a location. Without one, only the US and EU multi-regions are looked at.</summary>
    public Job Get(string project, string id, string? location) =>
        Find(project, id) is { } job
            && (
                location is null
                    ? job.Location is "US" or "EU"
                    : job.Location.Equals(location, StringComparison.OrdinalIgnoreCase))
            ? job : throw GoogleException.NotFound($"Job {project}:{(location is null ? "" : $"{location}.")}{id}");

    /// <summary>
    /// The job that a repeated jobs.query means; null when it is new. A request id is kept for 15 minutes.
    /// </summary>
    public Job? Repeated(string project, string? requestId) => requestId is null
        ? null
        : jobs.Values.FirstOrDefault(job =>
        job.Project == project && job.RequestId == requestId && Now() - job.CreationTime < 15 * 60 * 1000);

    /// <summary>Accepts a job: it is on disk when this returns, and will be done.</summary>
    /// <param name="project">The project of the path.</param>
    /// <param name="resource">The job as it was sent.</param>
    /// <param name="uploadPath">The uploaded file of a load.</param>
    /// <param name="requestId">The id of a jobs.query.</param>
    /// <exception cref="GoogleException">The id is taken, or the job is wrong.</exception>
    public Job Accept(string project, JsonObject resource, string? uploadPath, string? requestId)
    {
        var sent = Check(resource, uploadPath is not null);
        CheckSize(sent["query"]);
        var configuration = (JsonObject)sent.DeepClone();
        configuration["jobType"] = sent["load"] is not null ? "LOAD" : "QUERY";
        var job = new Job
        {
            Project = project,
            Id = (string?)resource["jobReference"]?["jobId"] is { Length: > 0 } id ? id : $"job_{Guid.NewGuid():N}",
            Location = (string?)resource["jobReference"]?["location"] is { Length: > 0 } location
                ? location
                : LocationOf(project, sent),
            Configuration = configuration,
            CreationTime = Now(),
            UploadPath = uploadPath,
            RequestId = requestId,
        };
        if (!JobId().IsMatch(job.Id))
        {
            throw GoogleException.Invalid(
                $"Invalid job ID \"{job.Id}\". Job IDs must be alphanumeric (plus underscores and dashes) and must be "
                    + "at most 1024 characters long.");
        }

        lock (gate)
        {
            if (Find(project, job.Id) is { } taken)
            {
                throw GoogleException.AlreadyExists($"Job {taken.FullId}");
            }

            job.Accept(jobs.Count + 1);
            using var connection = database.Open();
            Database.Run(
                connection,
                $"INSERT INTO {Database.Own}.jobs VALUES (?, ?, ?)",
                job.Project,
                job.Id,
                JsonSerializer.Serialize(job));
            jobs[(project, job.Id)] = job;
            return job;
        }
    }

    /// <summary>Writes down how a job ended, in the connection's transaction.</summary>
    public static void End(DuckDBConnection connection, Job job, JobEnd end) => Database.Run(
        connection,
        $"INSERT INTO {Database.Own}.job_ends VALUES (?, ?, ?)",
        job.Project,
        job.Id,
        JsonSerializer.Serialize(end));

    /// <summary>Milliseconds since 1970.</summary>
    public long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Says what a job that this stand-in does not do asks for, before it is accepted.</summary>
    public static JsonObject Check(JsonObject resource, bool isUpload)
    {
        var configuration = resource["configuration"] as JsonObject
            ?? throw GoogleException.Invalid("Required parameter is missing: configuration");
        Labels.Check(configuration["labels"]);
        if ((bool?)configuration["dryRun"] == true)
        {
            throw GoogleException.NotHere("A dry run");
        }

        if (isUpload)
        {
            var load = configuration["load"] as JsonObject
                ?? throw GoogleException.Invalid(
                    "Job configuration must contain exactly one job-specific configuration object (e.g., query, load, "
                        + "extract, spreadsheetExtract), but there were 0: ");
            if ((string?)load["sourceFormat"] != "NEWLINE_DELIMITED_JSON")
            {
                throw GoogleException.NotHere($"Loading {(string?)load["sourceFormat"] ?? "CSV"}");
            }

            if (
                (bool?)load["autodetect"] == true
                    || load["schemaUpdateOptions"] is JsonArray { Count: > 0 }
                    || load["sourceUris"] is JsonArray { Count: > 0 })
            {
                throw GoogleException.NotHere("A load with autodetect, schemaUpdateOptions or sourceUris");
            }

            if (((string?)load["destinationTable"]?["tableId"])?.Contains('$', StringComparison.Ordinal) == true)
            {
                throw GoogleException.NotHere("A partition decorator");
            }

            return configuration;
        }

        var query = configuration["query"] as JsonObject
            ?? throw GoogleException.NotHere("A job of another kind than a query or a load of an upload");
        if ((bool?)query["useLegacySql"] != false)
        {
            throw GoogleException.NotHere("Legacy SQL (it is what \"useLegacySql\" says unless it is false)");
        }

        return query["destinationTable"] is not null
            ? throw GoogleException.NotHere("A query with a destination table")
            : configuration;
    }

    private void CheckSize(JsonNode? query)
    {
        var most = limits.Values;
        if (((string?)query?["query"])?.Length > most.QueryCharacters)
        {
            throw QuotaErrors.QueryCharacters(most.QueryCharacters);
        }

        if (query?["queryParameters"] is JsonArray { Count: var count } && count > most.QueryParameters)
        {
            throw QuotaErrors.QueryParameters(count, most.QueryParameters);
        }
    }

    private string LocationOf(string project, JsonObject configuration)
    {
        var dataset =
            (string?)(configuration["load"]?["destinationTable"]
                ?? configuration["query"]?["defaultDataset"])?["datasetId"];
        using var connection = database.Open();
        var datasets = Catalog.Datasets(connection, project).ToList();
        var sql = (string?)configuration["query"]?["query"] ?? "";

        // A query runs where its data is.
        var found = datasets.FirstOrDefault(one => (string?)one["datasetReference"]!["datasetId"] == dataset)
            ?? datasets.FirstOrDefault(
                one => sql.Contains((string)one["datasetReference"]!["datasetId"]!, StringComparison.Ordinal));
        return (string?)found?["location"] ?? "US";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,1024}\z")]
    private static partial Regex JobId();
}
