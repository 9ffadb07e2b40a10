using System.Collections.Frozen;
using System.Net;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// BigQuery refused a request, did not answer it, or a job failed:
/// https://cloud.google.com/bigquery/docs/error-messages. The message says what to do; the caller adds what it was
/// doing.
/// </summary>
/// <param name="status">The answer's status; null when a job failed, or there was no answer.</param>
/// <param name="error">The first error.</param>
/// <param name="innerException">What cut the answer off.</param>
internal sealed class BigQueryException(HttpStatusCode? status, ErrorProto error, Exception? innerException = null)
    : Exception(Tell(status, error), innerException)
{
    private const string NoAnswer = "noAnswer";

    /// <summary>Transient reasons.</summary>
    private static readonly FrozenSet<string> Passing = FrozenSet.Create(
        "backendError",
        "internalError",
        "rateLimitExceeded",
        "jobBackendError",
        "jobInternalError",
        "jobRateLimitExceeded");

    public HttpStatusCode? Status { get; } = status;

    public ErrorProto Error { get; } = error;

    /// <summary>
    /// Whether repeating the request may succeed: no response, 408, 429, 5xx, or the 403 of a rate limit.
    /// </summary>
    public bool IsTransient => Error.Reason == NoAnswer || Status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.Forbidden => Passing.Contains(Error.Reason ?? ""),
        HttpStatusCode.NotImplemented => false,
        { } other => (int)other >= 500,
        null => false,
    };

    /// <summary>
    /// Whether the same statement may succeed as another job: a fault on BigQuery's side, a rate limit, or other
    /// statements in the way (https://cloud.google.com/bigquery/docs/data-manipulation-language#concurrent_jobs).
    /// </summary>
    public bool IsWorthAnotherJob => Passing.Contains(Error.Reason ?? "") || IsInTheWay(Error);

    /// <summary>Whether it came too soon after others.</summary>
    public bool IsRateLimit => Error.Reason is "rateLimitExceeded" or "jobRateLimitExceeded";

    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    /// <summary>Whether a job with that id already exists.</summary>
    public bool IsDuplicate => Status == HttpStatusCode.Conflict && Error.Reason == "duplicate";

    /// <summary>No response, or only part of one: the request may still have taken effect.</summary>
    public static BigQueryException Lost(string what, Exception cause) =>
        new(null, new ErrorProto(NoAnswer, null, what), cause);

    private static string Tell(HttpStatusCode? status, ErrorProto error)
    {
        var reason = error.Reason is null or NoAnswer ? "" : $" ({error.Reason})";
        var hint = Hint(status, error);
        return $"{error.Message}{reason}{(hint is null ? "" : $" {hint}")}";
    }

    private static string? Hint(HttpStatusCode? status, ErrorProto error) => (status, error.Reason) switch
    {
        (HttpStatusCode.Unauthorized, _) =>
            "Google rejected the credential: check which identity the service runs as, "
                + "or run `gcloud auth application-default login`.",
        (_, "accessDenied") =>
            "Grant the identity the service runs as roles/bigquery.jobUser on the project and "
                + "roles/bigquery.dataEditor on the dataset.",
        (_, "notFound") =>
            "Create what is missing with `schema apply`; "
                + "BIGQUERY_DATASET and BigQuery__Location must match the dataset.",
        _ when IsInTheWay(error) => "Other statements were in the way; it is retried.",
        (_, "invalidQuery") => "The tables do not match the service: run `schema check`.",
        (_, "bytesBilledLimitExceeded") => "BigQuery__MaximumBytesBilled sets the limit.",
        (_, "quotaExceeded") =>
            "A quota is exhausted; it replenishes by itself: https://cloud.google.com/bigquery/quotas.",
        (_, "billingNotEnabled" or "billingTierLimitExceeded") => "Enable billing for the project.",
        _ => null,
    };

    private static bool IsInTheWay(ErrorProto error) =>
        Says(error, "Could not serialize access") || Says(error, "Too many DML statements");

    private static bool Says(ErrorProto error, string text) =>
        error.Message?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}
