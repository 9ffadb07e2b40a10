namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>
/// A moment at which the service is killed: just before or just after something took effect outside of it.
/// </summary>
/// <param name="Name">What is about to happen, or has happened.</param>
/// <param name="Operation">The stand-in's name of the request; null for a publish.</param>
/// <param name="Contains">What tells the request from others of its kind.</param>
/// <param name="IsBefore">Whether the effect has not happened yet.</param>
internal sealed record KillPoint(string Name, string? Operation, string Contains, bool IsBefore)
{
    public override string ToString() => $"{(IsBefore ? "before" : "after")} {Name}";

    /// <summary>Whether it is between a window's message and its end, whatever run it is of.</summary>
    public bool IsOfAWindow => Contains is not ("\"window_planned\"" or "\"planned\"" or "eventpipeline-fetch"
        or "run_standing" or "-completing_" or "eventpipeline-completed" or "-completed_");

    /// <summary>Both sides of every outside effect that one window's run has, in its order.</summary>
    public static List<KillPoint> OfALoad { get; } =
    [
        .. BothSides("a window of the plan is stored", "jobs.insert", "\"window_planned\""),
        .. BothSides("the plan is stored", "jobs.insert", "\"planned\""),
        .. BothSides("the fetch message is published", null, "eventpipeline-fetch"),
        .. BothSides("the window is looked up", "jobs.query", "window_look_up"),
        .. BothSides("the vendor's key is given", "secrets.access", ""),
        .. BothSides("the upload of facts begins", "jobs.upload.start", "activity_versions"),
        .. BothSides("the last byte of facts arrives", "jobs.upload.finish", "activity_versions"),
        .. BothSides("the last byte of the second table arrives", "jobs.upload.finish", "cost_versions"),
        .. BothSides("the last byte of raw pages arrives", "jobs.upload.finish", "raw_page"),
        .. BothSides("the load job runs", "job.run", "cost_versions"),
        .. BothSides("the load is proved", "jobs.query", "prove_load"),
        .. BothSides("the commit is asked for", "jobs.insert", "insert_slice_versions"),
        .. BothSides("the commit runs", "job.run", "insert_slice_versions"),
        .. BothSides("the run's ends are counted", "jobs.query", "run_standing"),
        .. BothSides("the run's end is claimed", "jobs.insert", "-completing_"),
        .. BothSides("the run's end is published", null, "eventpipeline-completed"),
        .. BothSides("the run's end is recorded", "jobs.insert", "-completed_"),
    ];

    /// <summary>
    /// What a window has besides when it is too large for one request: rows that are uploaded while the vendor is still
    /// being read.
    /// </summary>
    public static List<KillPoint> OfALargeLoad { get; } =
    [
        .. BothSides("a chunk of facts arrives", "jobs.upload.chunk", "usage_versions"),
        .. BothSides("a chunk of raw pages arrives", "jobs.upload.chunk", "raw_page"),
    ];

    /// <summary>Both sides of every outside effect of a rejection.</summary>
    public static List<KillPoint> OfARejection { get; } =
    [
        .. BothSides("the window's end is recorded", "jobs.insert", "\"window_ended\""),
        .. BothSides("the dead letter is published", null, "eventpipeline-dead-letter"),
        .. BothSides("the dead letter is stored", "jobs.insert", "insert_dead_letter"),
    ];

    private static IEnumerable<KillPoint> BothSides(string name, string? operation, string contains) =>
        [new(name, operation, contains, IsBefore: true), new(name, operation, contains, IsBefore: false)];
}
