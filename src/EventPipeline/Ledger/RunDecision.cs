namespace EventPipeline.Ledger;

/// <summary>What a person has decided about a run.</summary>
internal enum RunDecision
{
    /// <summary>Nothing, or that it goes on.</summary>
    None,

    /// <summary>What has not ended waits until somebody resumes it.</summary>
    Paused,

    /// <summary>What has not ended is not read any more, for good.</summary>
    Cancelled,
}
