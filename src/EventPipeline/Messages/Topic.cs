namespace EventPipeline.Messages;

/// <summary>The topics of the service; their names are settings.</summary>
public enum Topic
{
    /// <summary>Where the scheduler and people ask for runs; pushed wrapped.</summary>
    Trigger,

    /// <summary>Where the fan-out asks for windows; pushed unwrapped with metadata.</summary>
    Fetch,

    /// <summary>Where the end of a run is told.</summary>
    Completed,

    /// <summary>Where what cannot succeed goes; pushed wrapped.</summary>
    DeadLetter,
}
