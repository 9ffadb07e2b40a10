namespace EventPipeline.DeadLetters;

/// <summary>Dead letters of one cause that concern the same report of the same account. Times are UTC.</summary>
/// <param name="Cause">The class of the failure.</param>
/// <param name="Vendor">The vendor that was to be asked; null of triggers, and where the messages do not tell.</param>
/// <param name="Account">The account's configured name.</param>
/// <param name="Report">The report.</param>
/// <param name="Letters">How many.</param>
/// <param name="FirstSeen">When the first of them was stored.</param>
/// <param name="LastSeen">When one of them last arrived, or its state last changed.</param>
/// <param name="Reason">What happened, in the words of the newest.</param>
/// <param name="Hint">What a person can do about it.</param>
public sealed record DeadLetterGroup(
    string Cause,
    string? Vendor,
    string? Account,
    string? Report,
    long Letters,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen,
    string Reason,
    string Hint);
