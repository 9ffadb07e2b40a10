namespace EventPipeline.Vendors.Contract;

/// <summary>
/// The organization that the answers of one conversation name in a header. A key that is exchanged in the middle shows here, before anything is visible.
/// Not thread-safe: one window, one reader.
/// </summary>
public sealed class AnsweringOrganization
{
    private bool _isId;

    /// <summary>What the header says, of every answer the same; null while no answer said anything.</summary>
    public string? Header { get; private set; }

    /// <summary>What was told before, with what the answers name.</summary>
    public OrganizationIds AddTo(OrganizationIds told) => Header is null ? told
        : _isId ? told with { HeaderId = Header }
        : told with { Hint = Header };

    /// <summary>Takes what one answer names.</summary>
    /// <param name="header">The header's value.</param>
    /// <param name="isId">Whether it is an id for good.</param>
    /// <returns>Whether it is the organization of the answers before.</returns>
    public bool TryNote(string header, bool isId)
    {
        (Header, _isId) = (Header ?? header, isId);
        return Header == header;
    }
}
