using System.Text.Json.Nodes;

namespace EventPipeline.GoogleStandIn.Http;

/// <summary>
/// An error in the shape Google's APIs give it: https://docs.cloud.google.com/bigquery/docs/error-messages.
/// </summary>
/// <param name="code">The HTTP status.</param>
/// <param name="reason">BigQuery's reason, such as <c>notFound</c>.</param>
/// <param name="message">What happened.</param>
/// <param name="location">What is wrong, such as <c>q</c> for the query; null when BigQuery names nothing.</param>
/// <param name="status">The status of google.rpc.Code; null for the one that belongs to the HTTP status.</param>
internal sealed class GoogleException(
    int code, string reason, string message, string? location = null, string? status = null)
    : Exception(message)
{
    public int Code => code;

    public string Reason => reason;

    public static GoogleException NotFound(string what) => new(404, "notFound", $"Not found: {what}");

    public static GoogleException AlreadyExists(string what) => new(409, "duplicate", $"Already Exists: {what}");

    public static GoogleException Invalid(string message, string? location = null) =>
        new(400, "invalid", message, location);

    public static GoogleException InvalidQuery(string message) => new(400, "invalidQuery", message, "q");

    public static GoogleException NotHere(string what) =>
        new(501, "notImplemented", $"{what} is not part of this stand-in for Google: see its README.");

    /// <summary>BigQuery's ErrorProto, as jobs carry it.</summary>
    public JsonObject Proto()
    {
        var proto = new JsonObject { ["reason"] = reason };
        if (location is not null)
        {
            proto["location"] = location;
        }

        proto["message"] = Message;
        return proto;
    }

    /// <summary>The answer's body.</summary>
    public JsonObject Body()
    {
        var error = new JsonObject { ["message"] = Message, ["domain"] = "global", ["reason"] = reason };
        if (location is not null)
        {
            error["location"] = location;
            error["locationType"] = code == 401 ? "header" : "parameter";
        }

        return new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = code,
                ["message"] = Message,
                ["errors"] = new JsonArray(error),
                ["status"] = status ?? StatusOf(code),
            },
        };
    }

    private static string StatusOf(int code) => code switch
    {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ALREADY_EXISTS",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        501 => "UNIMPLEMENTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    };
}
