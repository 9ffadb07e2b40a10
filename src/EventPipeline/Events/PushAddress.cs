namespace EventPipeline.Events;

/// <summary>
/// Checks the query string of a request that brings an event: nothing is read from it, so nothing may be asked there.
/// </summary>
internal static class PushAddress
{
    /// <summary>
    /// Google's older examples authenticate a push by a secret at the end of the subscription's endpoint. Here the push
    /// identity's token counts, so it is not needed; nor is it a mistake in a message. The log says that it is ignored.
    /// </summary>
    public const string Token = "token";

    /// <summary>Eventarc's endpoints say how events are wrapped, which the request itself says too.</summary>
    private const string EventarcPrefix = "__GCP_";

    /// <summary>Why a request with this query is rejected; null when it asks for nothing.</summary>
    public static RejectedEventException? Mistake(HttpRequest request)
    {
        var names = request.Query.Keys
            .Where(name => name != Token && !name.StartsWith(EventarcPrefix, StringComparison.Ordinal))
            .Take(10).Select(Shown.Quoted).ToList();
        return names.Count == 0
            ? null
            : new RejectedEventException(
                $"The URL has a query with {string.Join(", ", names)}, but query parameters are not read here.",
                "Send arguments in the body or as message attributes. If the query is part of the push subscription's "
                + "endpoint, remove it there.");
    }
}
