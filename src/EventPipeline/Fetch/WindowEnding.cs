using EventPipeline.Ledger;
using EventPipeline.Load;

namespace EventPipeline.Fetch;

/// <summary>How a delivery ended its window.</summary>
internal sealed record WindowEnding(WindowEnd End)
{
    /// <summary>Why it was rejected; null if it was not.</summary>
    public RejectedEventException? Rejection { get; init; }

    /// <summary>Whether the end is recorded, by a commit.</summary>
    public bool IsCommitted { get; init; }

    /// <summary>Whether it was this delivery's commit.</summary>
    public bool IsNews { get; init; }

    /// <summary>What it has committed that is to be counted; null for nothing.</summary>
    public CommittedLoad? Made { get; init; }
}
