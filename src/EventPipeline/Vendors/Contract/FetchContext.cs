namespace EventPipeline.Vendors.Contract;

/// <summary>What a connector needs to know to read one window.</summary>
/// <param name="Window">The requested days.</param>
/// <param name="Account">Whom to ask, and with what.</param>
/// <param name="AccountId">What goes into the rows' <c>account_id</c>.</param>
/// <param name="Deadline">
/// When the attempt must have ended, UTC. A vendor that asks to wait past it is asked again by the next attempt.
/// </param>
/// <param name="KeepPage">Keeps a piece of the vendor's own text; called in order, awaited.</param>
/// <param name="Drift">Where undocumented fields are noted.</param>
public sealed record FetchContext(
    Window Window,
    Account Account,
    string AccountId,
    DateTimeOffset Deadline,
    Func<PagePart, CancellationToken, ValueTask> KeepPage,
    Drift Drift)
{
    /// <summary>
    /// Whether the totals of the days are wanted and nothing finer: what the vendor groups is asked for ungrouped.
    /// </summary>
    public bool IsTotal { get; init; }

    /// <summary>The organisation that the answers name.</summary>
    public AnsweringOrganization Organization { get; } = new();
}

/// <summary>A piece of one page of a vendor's answer, in the vendor's own text.</summary>
/// <param name="PageNo">The page within the window, from 1.</param>
/// <param name="PartNo">The part within the page, from 1.</param>
/// <param name="RequestHash">
/// Identifies the request that was answered: a hash of method and address, no credential.
/// </param>
/// <param name="HttpStatus">The status of the answer.</param>
/// <param name="Payload">
/// At most 64 KiB of text in UTF-8, cut between characters; valid until the piece has been kept.
/// </param>
public sealed record PagePart(
    int PageNo, int PartNo, string RequestHash, int HttpStatus, ReadOnlyMemory<byte> Payload);
