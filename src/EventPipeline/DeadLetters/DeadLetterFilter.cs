namespace EventPipeline.DeadLetters;

/// <summary>Which dead letters; what is null filters nothing.</summary>
/// <param name="State">One of <see cref="DeadLetterState.All"/>.</param>
/// <param name="Cause">The class of the failure.</param>
/// <param name="Vendor">The vendor that was to be asked.</param>
/// <param name="Account">The account's configured name.</param>
/// <param name="RunId">The run that asked.</param>
/// <param name="Since">The first UTC day on which they arrived last, or their state changed last.</param>
internal sealed record DeadLetterFilter(
    string? State = null,
    string? Cause = null,
    string? Vendor = null,
    string? Account = null,
    string? RunId = null,
    DateOnly? Since = null)
{
    /// <summary>The same as values of a statement.</summary>
    public IEnumerable<(string Name, object? Value)> Parameters =>
    [
        ("state", State),
        ("cause", Cause),
        ("vendor", Vendor),
        ("account", Account),
        ("run_id", RunId),
        ("since", Since?.Start() ?? DateTimeOffset.UnixEpoch),
    ];
}
