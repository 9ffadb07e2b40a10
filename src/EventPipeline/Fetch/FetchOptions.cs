namespace EventPipeline.Fetch;

/// <summary>How many windows are read at once.</summary>
public sealed class FetchOptions
{
    public const string Section = "Fetch";

    /// <summary>
    /// How many requests this process gets at once, 1 to 1000: Cloud Run's concurrency, which it does not tell the
    /// container. Null where nothing limits them.
    /// </summary>
    public int? Concurrency { get; set; }
}
