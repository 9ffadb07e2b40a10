namespace EventPipeline.Messages;

/// <summary>The topics of the service; their names are settings.</summary>
public enum Topic
{
    /// <summary>Where the scheduler and people request runs; pushed wrapped.</summary>
    Trigger,

    /// <summary>Where the fan-out requests windows; pushed unwrapped with metadata.</summary>
    Fetch,

    /// <summary>Where the end of a run is announced.</summary>
    Completed,

    /// <summary>Where what cannot succeed goes; pushed wrapped.</summary>
    DeadLetter,
}
