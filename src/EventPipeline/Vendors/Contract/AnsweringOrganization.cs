namespace EventPipeline.Vendors.Contract;

/// <summary>
/// The organisation that the answers of one conversation name, in a header or in their rows. A key that is replaced
/// midway shows here, before anything is visible. Not thread-safe: one window, one reader.
/// </summary>
public sealed class AnsweringOrganization
{
    private string? _id;
    private string? _hint;

    /// <summary>What all answers call it; null until one names it.</summary>
    public string? Name => _id ?? _hint;

    /// <summary>What was known before, plus what the answers name.</summary>
    public OrganizationIds AddTo(OrganizationIds told) =>
        told with { HeaderId = _id ?? told.HeaderId, Hint = _hint ?? told.Hint };

    /// <summary>Takes what one answer names.</summary>
    /// <param name="name">What it is called there.</param>
    /// <param name="isId">Whether it is a permanent id.</param>
    /// <returns>Whether it is the organisation of the earlier answers.</returns>
    public bool TryNote(string name, bool isId) =>
        isId ? (_id ??= name) == name : (_hint ??= name) == name;
}
