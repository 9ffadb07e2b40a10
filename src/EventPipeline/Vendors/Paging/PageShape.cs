namespace EventPipeline.Vendors.Paging;

/// <summary>
/// Which members a vendor's pages have, by name; within another member, by both: <c>metadata.has_more</c>. A member
/// that is not here is noted as undocumented.
/// </summary>
/// <param name="Items">The array of what is listed; empty where a page is nothing else.</param>
internal sealed record PageShape(string Items)
{
    /// <summary>
    /// The flag that says whether there is more; null where the vendor has none, and a cursor says it.
    /// </summary>
    public string? HasMore { get; init; }

    /// <summary>The text that leads to the next page; null where the vendor has none.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether that may be a whole number instead.</summary>
    public bool HasNumericCursor { get; init; }

    /// <summary>
    /// Members that give the page's position among the others, such as page counts: they are kept for the connector.
    /// </summary>
    public IReadOnlyList<string> Counts { get; init; } = [];

    /// <summary>Like <see cref="Counts"/>, but a page may come without them.</summary>
    public IReadOnlyList<string> OptionalCounts { get; init; } = [];

    /// <summary>Members that say nothing of use here.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Whether something that is read is within this member.</summary>
    public bool IsOnTheWay(string member) => new[] { Items, HasMore, Cursor }.Concat(Counts).Concat(OptionalCounts)
        .Any(wanted => wanted?.Length > member.Length
            && wanted[member.Length] == '.' && wanted.StartsWith(member, StringComparison.Ordinal));
}

/// <summary>Which members a bucket of time has, by name.</summary>
/// <param name="Start">Its inclusive start.</param>
/// <param name="End">Its exclusive end.</param>
/// <param name="Rows">The array of its rows.</param>
internal sealed record BucketShape(string Start, string End, string Rows)
{
    /// <summary>The member that says what the object is, and what it says; null where the vendor has none.</summary>
    public (string Name, string Value)? Type { get; init; }
}
