namespace EventPipeline.Messages;

/// <summary>
/// Which names of attributes are not free for whoever publishes, in any case. Whoever has to tell them from a person's
/// asks here; those who ask differ in which groups they mean.
/// </summary>
internal static class ReservedNames
{
    /// <summary>
    /// What is never read as an argument of a run, nor refused as one. Pub/Sub may come to mark its copies with more
    /// than it does today, and a run must not fail of that: hence whatever begins as its marks do.
    /// </summary>
    public static bool IsNoArgument(string name) =>
        IsContentType(name) || Begins(name, "ce-") || IsTrace(name) || IsPubSubs(name) || Begins(name, "CloudPubSub");

    /// <summary>
    /// What tells how a message travels and nothing of what it says: a trace is another one at every attempt. An
    /// event's own attributes (<c>ce-*</c>) say something, its trace excepted.
    /// </summary>
    public static bool IsOfTheJourney(string name) => IsContentType(name) || IsTrace(name) || IsPubSubs(name);

    /// <summary>
    /// What Pub/Sub adds to a message, and a replay leaves out. It takes no <c>goog*</c> from whoever publishes.
    /// </summary>
    public static bool IsPubSubs(string name) => Begins(name, "goog") || CopyMarks.Has(name);

    private static bool IsContentType(string name) => Is(name, "content-type");

    private static bool IsTrace(string name) =>
        Begins(name, "trace") || Is(name, "ce-traceparent") || Is(name, "ce-tracestate");

    private static bool Is(string name, string reserved) => name.Equals(reserved, StringComparison.OrdinalIgnoreCase);

    private static bool Begins(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
}
