using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Tables;

namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>
/// What BigQuery says where a limit is reached: https://docs.cloud.google.com/bigquery/docs/troubleshoot-quotas.
/// </summary>
internal static class QuotaErrors
{
    private const string More = " For more information, see https://cloud.google.com/bigquery/docs/troubleshoot-quotas";

    public static GoogleException LoadsOfTable() => Quota(
        "Your table exceeded quota for imports or query appends per table.", "load_job_per_table.long");

    public static GoogleException LoadsOfProject() => Quota(
        "Your project exceeded quota for imports per project.", "load_job_per_project.long");

    public static GoogleException PartitionModifications() => Quota(
        "Your table exceeded quota for Number of partition modifications to a column partitioned table.",
        "partition_modifications_per_column_partitioned_table.long");

    public static GoogleException PartitionsOfJob(int partitions, int most) => GoogleException.Invalid(
        FormattableString.Invariant(
            $"Too many partitions produced by query, allowed {most}, query produces at least {partitions} partitions"));

    public static GoogleException QueuedQueries() => Quota(
        "Your project and region exceeded quota for max number of jobs that can be queued per project.",
        "max_queued_jobs");

    public static GoogleException ConcurrentRequests() => Quota(
        "Your user_method exceeded quota for concurrent api requests per user per method.", "user_method");

    public static GoogleException Requests() => Rate(
        "too many api requests per user per method for this user_method.", "user_method");

    public static GoogleException TableUpdates(bool isPartitioned) => isPartitioned
        ? Rate("too many partitioned table update operations for this table.", "partitioned_table.write")
        : Rate("too many table update operations for this table.", "table.write");

    public static GoogleException Dml(string verb) => Rate(
        verb == "INSERT"
            ? "too many table dml insert operations for this table."
            : "too many table dml operations for this table.",
        "table.write");

    public static GoogleException Outstanding(TableName table, int most) => new(
        400,
        "resourcesExceeded",
        "Resources exceeded during query execution: Too many DML statements outstanding against table "
            + FormattableString.Invariant($"{table}, limit is {most}."));

    public static GoogleException RequestBytes(int most) => GoogleException.Invalid(
        FormattableString.Invariant($"Request payload size exceeds the limit: {most} bytes."));

    public static GoogleException QueryCharacters(int most) => GoogleException.Invalid(
        FormattableString.Invariant(
            $"The query is too large. The maximum standard SQL query length is {most / 1024.0:F2}K characters, ")
            + "including comments and white space characters.",
        "query");

    public static GoogleException QueryParameters(int sent, int most) => GoogleException.Invalid(
        FormattableString.Invariant($"Too many query parameters: {sent} were sent, {most} are allowed."),
        "queryParameters");

    private static GoogleException Quota(string what, string location) =>
        new(403, "quotaExceeded", $"Quota exceeded: {what}{More}", location);

    private static GoogleException Rate(string what, string location) =>
        new(403, "rateLimitExceeded", $"Exceeded rate limits: {what}{More}", location);
}
