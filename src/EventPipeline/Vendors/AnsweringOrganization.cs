namespace EventPipeline.Vendors;

/// <summary>
/// The organization that the answers of one conversation name in a header. A key that is exchanged in the middle shows here, before anything is visible.
/// Not thread-safe: one window, one reader.
/// </summary>
public sealed class AnsweringOrganization
{
    /// <summary>The id in the header, of every answer the same; null while no answer named one.</summary>
    public string? HeaderId { get; private set; }

    /// <summary>Takes what one answer names.</summary>
    /// <returns>Whether it is the organization of the answers before.</returns>
    public bool TryNote(string headerId)
    {
        HeaderId ??= headerId;
        return HeaderId == headerId;
    }
}
