using EventPipeline.Ledger;
using EventPipeline.Messages;

namespace EventPipeline.Fetch;

/// <summary>What an attempt came to: its window ended, or the rest of it is left to another message.</summary>
internal abstract record AttemptResult;

/// <summary>The window ended.</summary>
internal sealed record WindowEnding(WindowEnd End) : AttemptResult
{
    /// <summary>Why it was rejected; null if it was not.</summary>
    public RejectedEventException? Rejection { get; init; }

    /// <summary>Whether the end is recorded, by a commit.</summary>
    public bool IsCommitted { get; init; }

    /// <summary>Whether it was this delivery's commit.</summary>
    public bool IsNews { get; init; }
}

/// <summary>The window did not fit into the attempt.</summary>
/// <param name="Request">What is to be published for the rest.</param>
/// <param name="From">The first day of the rest: what is before it is committed.</param>
/// <param name="Reason">Why a step was given up; null if none was.</param>
/// <param name="Drift">What the vendor sent beyond its documentation.</param>
internal sealed record WindowRest(
    FetchRequested Request, DateOnly From, string? Reason, IReadOnlyCollection<string> Drift) : AttemptResult;
