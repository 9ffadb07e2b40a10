using System.Net;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// Distinguishes why rows were not loaded: the table refuses them, or anything else, which may pass. A failed attempt
/// is read again under a new load id.
/// </summary>
internal static class LoadFailure
{
    private const int MaxErrors = 3;
    private const int MaxCharacters = 300;

    /// <summary>A request that was refused or got no response; the job may not even exist.</summary>
    public static TransientFailureException FromRequest(BigQueryException failure, Job job, string name) => new(
        failure.Status switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone when failure.Error.Reason is null or "notFound" =>
                $"{Table(job)}, {name}: {failure.Message} "
                    + "If the upload's session is gone, the next attempt uploads again.",
            null or HttpStatusCode.Forbidden when failure.Error.Reason == "quotaExceeded" =>
                QuotaUsedUp(failure.Error, job, name),
            _ => $"{Table(job)}, {name}: {failure.Message} None of it is visible; the window is read again.",
        },
        failure)
    {
        IsQuotaExhausted = failure.Error.Reason == "quotaExceeded" && IsTheTables(failure.Error),
    };

    /// <summary>A job that ended in an error.</summary>
    public static Exception FromJob(ErrorProto error, IReadOnlyList<ErrorProto> errors, Job job, string name) =>
        error.Reason switch
    {
        "invalid" => Refused(error, errors, job, name),
        _ => FromRequest(new BigQueryException(null, error), job, name),
    };

    private static RejectedEventException Refused(
        ErrorProto error, IReadOnlyList<ErrorProto> errors, Job job, string name)
    {
        var told = errors.Count == 0 ? [error] : errors;
        var list = string.Join(" ", told.Select(Line).Distinct().Take(MaxErrors));
        return new RejectedEventException(
            $"{Table(job)} refused the rows of {name}: {list}",
            "Compare the table with the expected schema (`schema check`), update it (`schema apply`), then replay.",
            RejectionCause.WarehouseRefused);
    }

    // https://cloud.google.com/bigquery/quotas#load_jobs: failed jobs count too. BigQuery names the limit in words and
    // as a location, "load_job_per_table.long".
    private static bool IsTheTables(ErrorProto error) =>
        $"{error.Location} {error.Message}".Contains("table", StringComparison.OrdinalIgnoreCase);

    private static string QuotaUsedUp(ErrorProto error, Job job, string name) =>
        IsTheTables(error)
            ? $"{Table(job)}: the daily quota of {What(error)} is exhausted ({name}: {Short(error.Message)}). "
                + "It replenishes over the course of a day, and a later run goes on with the window."
            : $"{Table(job)}, {name}: a quota is exhausted: {Short(error.Message)} "
                + "It replenishes by itself, and Pub/Sub will redeliver.";

    private static string What(ErrorProto error) =>
        $"{error.Message}".Contains("partition modifications", StringComparison.OrdinalIgnoreCase)
            ? "30,000 changes of partitions"
            : "1,500 load jobs";

    private static string Table(Job job)
    {
        var table = job.Configuration!.Load!.DestinationTable;
        return $"{table.ProjectId}.{table.DatasetId}.{table.TableId}";
    }

    private static string Line(ErrorProto error) => string.IsNullOrEmpty(error.Location)
        ? Short(error.Message)
        : $"[{error.Location}] {Short(error.Message)}";

    private static string Short(string? message) => Shown.Plain(message ?? "no reason given", MaxCharacters);
}
