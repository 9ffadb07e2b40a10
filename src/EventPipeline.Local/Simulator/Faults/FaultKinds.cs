namespace EventPipeline.Local.Simulator.Faults;

/// <summary>What can go wrong.</summary>
internal static class FaultKinds
{
    /// <summary>
    /// Answers with a status and the vendor's error body, with Retry-After only when the rule says so.
    /// </summary>
    public const string Status = "status";

    /// <summary>204 without a body, as where a report is not there yet.</summary>
    public const string NoContent = "no_content";

    /// <summary>Headers and half of the body, then nothing until the client goes away.</summary>
    public const string Stall = "stall";

    /// <summary>Half of the promised Content-Length, then the connection closes.</summary>
    public const string Truncate = "truncate";

    /// <summary>Half of the JSON in an answer that is complete for HTTP.</summary>
    public const string TruncateJson = "truncate_json";

    /// <summary>Always one more page, each with a new cursor, all with the same content.</summary>
    public const string EndlessCursor = "endless_cursor";

    /// <summary>Always one more page, with the same cursor.</summary>
    public const string SameCursor = "same_cursor";

    /// <summary>The last page has a cursor; behind it is an empty page that ends.</summary>
    public const string TrailingCursor = "trailing_cursor";

    /// <summary>A page without data that leads to the requested one comes first.</summary>
    public const string EmptyPage = "empty_page";

    /// <summary>A row twice.</summary>
    public const string RepeatRows = "repeat_rows";

    /// <summary>A row twice, the second time with another number.</summary>
    public const string ConflictRows = "conflict_rows";

    /// <summary>A bucket of the requested interval is missing.</summary>
    public const string MissingBucket = "missing_bucket";

    /// <summary>
    /// A page says that there is one more on all pages than there is, as where something came meanwhile.
    /// </summary>
    public const string ChangedTotal = "changed_total";

    /// <summary>200 with a page that is not JSON.</summary>
    public const string Garbage = "garbage";

    /// <summary>A row has an extra field.</summary>
    public const string UnknownField = "unknown_field";

    /// <summary>A row is missing a field.</summary>
    public const string MissingField = "missing_field";

    /// <summary>The connection is reset without an answer.</summary>
    public const string Reset = "reset";

    /// <summary>No answer for some seconds; forever if the rule does not say how many.</summary>
    public const string SlowHeaders = "slow_headers";

    /// <summary>
    /// The vendor's 400 for an unsupported grouping: by the field of the rule, or by that many dimensions.
    /// </summary>
    public const string GroupingRefused = "grouping_refused";

    /// <summary>429 with Retry-After beyond a number of requests a minute with one key.</summary>
    public const string RateLimit = "rate_limit";

    public static IReadOnlyList<string> All { get; } =
    [
        Status,
        NoContent,
        Stall,
        Truncate,
        TruncateJson,
        EndlessCursor,
        SameCursor,
        TrailingCursor,
        EmptyPage,
        RepeatRows,
        ConflictRows,
        MissingBucket,
        ChangedTotal,
        Garbage,
        UnknownField, MissingField, Reset, SlowHeaders, GroupingRefused, RateLimit,
    ];
}
