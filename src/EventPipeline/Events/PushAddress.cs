namespace EventPipeline.Events;

/// <summary>
/// Checks what stands behind the question mark of an address that events come to: nothing is read from it, so nothing may be said there.
/// </summary>
internal static class PushAddress
{
    /// <summary>
    /// Google's older examples prove a push by a secret at the end of the subscription's address. It is neither needed here, where the push identity's token
    /// is what counts, nor a mistake in a message; the log says that it is not read.
    /// </summary>
    public const string Token = "token";

    /// <summary>Eventarc's subscriptions say in their address how they wrap an event, which the request itself says too.</summary>
    private const string EventarcPrefix = "__GCP_";

    /// <summary>Why a request by this address cannot be done; null when nothing was asked for that is not read.</summary>
    public static RejectedEventException? Mistake(HttpRequest request)
    {
        var names = request.Query.Keys
            .Where(name => name != Token && !name.StartsWith(EventarcPrefix, StringComparison.Ordinal))
            .Take(10).Select(Shown.Quoted).ToList();
        return names.Count == 0
            ? null
            : new RejectedEventException(
                $"The address has a query with {string.Join(", ", names)}, and nothing is read from a query here.",
                "Send arguments in the body or as attributes of the message. Where the query stands in the push subscription's endpoint, remove it there.");
    }
}
