namespace EventPipeline.Messages;

/// <summary>
/// The attribute names that publishers may not use freely, in any case. Callers that separate them from a person's
/// attributes differ in which groups they mean.
/// </summary>
internal static class ReservedNames
{
    /// <summary>
    /// Names that are neither read as an argument of a run nor refused as one. Pub/Sub may add more marks to its copies
    /// one day, and a run must not fail because of that: hence every name that begins as its marks do.
    /// </summary>
    public static bool IsNoArgument(string name) =>
        IsContentType(name) || Begins(name, "ce-") || IsTrace(name) || IsPubSubs(name) || Begins(name, "CloudPubSub");

    /// <summary>
    /// Names that describe how a message travels, not what it says: every attempt has a different trace. An event's own
    /// attributes (<c>ce-*</c>) are content, except its trace.
    /// </summary>
    public static bool IsOfTheJourney(string name) => IsContentType(name) || IsTrace(name) || IsPubSubs(name);

    /// <summary>
    /// Names that Pub/Sub adds to a message and a replay leaves out. It accepts no <c>goog*</c> from publishers.
    /// </summary>
    public static bool IsPubSubs(string name) => Begins(name, "goog") || CopyMarks.Has(name);

    private static bool IsContentType(string name) => Is(name, "content-type");

    private static bool IsTrace(string name) =>
        Begins(name, "trace") || Is(name, "ce-traceparent") || Is(name, "ce-tracestate");

    private static bool Is(string name, string reserved) => name.Equals(reserved, StringComparison.OrdinalIgnoreCase);

    private static bool Begins(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
}
