namespace EventPipeline.Messages;

/// <summary>
/// Requests a run. Published by the scheduler every morning and by people at any time, so it is read strictly.
/// </summary>
/// <param name="Mode">What to do with what is read.</param>
/// <param name="Days">
/// How many closed days to read, 1 to 30, the last one being <paramref name="To"/> or yesterday; null when a range is
/// given.
/// </param>
/// <param name="From">The first requested day, UTC; null when <paramref name="Days"/> counts.</param>
/// <param name="To">The last requested day, UTC, inclusive; null for the last closed day.</param>
/// <param name="Force">Also read settled days, and load windows that did not change.</param>
/// <param name="Vendors">Only these vendors; null for all.</param>
/// <param name="Accounts">Only these accounts; null for all.</param>
/// <param name="Reports">Only these reports; null for all.</param>
public sealed record RunRequested(
    RunMode Mode,
    int? Days,
    DateOnly? From,
    DateOnly? To,
    bool Force,
    IReadOnlyList<string>? Vendors,
    IReadOnlyList<string>? Accounts,
    IReadOnlyList<string>? Reports)
{
    public const string EventType = "eventpipeline.run.requested.v1";
}
