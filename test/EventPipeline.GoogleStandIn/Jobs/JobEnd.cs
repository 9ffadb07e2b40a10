using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Jobs;

/// <summary>How a job ended: kept in the transaction that holds what it did.</summary>
internal sealed record JobEnd
{
    /// <summary>Why it failed, an ErrorProto; null when it did not.</summary>
    public JsonObject? ErrorResult { get; init; }

    /// <summary>Everything that was wrong, also in a job that succeeded.</summary>
    public JsonArray Errors { get; init; } = [];

    /// <summary>What it did: <c>load</c> or <c>query</c> of the job's statistics.</summary>
    public JsonObject Statistics { get; init; } = [];

    /// <summary>Milliseconds since 1970.</summary>
    public long EndTime { get; init; }

    /// <summary>The end of a job that an error stopped.</summary>
    public static JobEnd Failed(GoogleException error) => new()
    {
        ErrorResult = error.Proto(),
        Errors = [error.Proto()],
    };

    /// <summary>The error that a caller who waited for the job gets; null when there is none.</summary>
    [JsonIgnore]
    public GoogleException? Error => ErrorResult is null
        ? null
        : new GoogleException(
            CodeOf((string)ErrorResult["reason"]!),
            (string)ErrorResult["reason"]!,
            (string)ErrorResult["message"]!,
            (string?)ErrorResult["location"]);

    // https://docs.cloud.google.com/bigquery/docs/error-messages
    private static int CodeOf(string reason) => reason switch
    {
        "notFound" => 404,
        "duplicate" => 409,
        "accessDenied" or "quotaExceeded" or "rateLimitExceeded" or "billingNotEnabled" or "responseTooLarge" => 403,
        "backendError" => 503,
        "internalError" => 500,
        "notImplemented" => 501,
        _ => 400,
    };
}
