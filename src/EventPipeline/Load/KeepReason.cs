namespace EventPipeline.Load;

/// <summary>Why the rows of a day stay although its vendor did not answer with them.</summary>
internal enum KeepReason
{
    /// <summary>They are finer, and add up to the same.</summary>
    Finer,

    /// <summary>The vendor no longer keeps the day, and answered with none.</summary>
    Forgotten,

    /// <summary>A person has restored them.</summary>
    Restored,
}
