namespace EventPipeline.Google.Schema;

/// <summary>One thing in a dataset that is not as expected.</summary>
/// <param name="Where">What it is about: <c>dataset</c>, <c>dataset.table</c> or <c>dataset.table.column</c>.</param>
/// <param name="Found">What is there, after its name: <c>is STRING</c>.</param>
/// <param name="Expected">What should be there: <c>INT64</c>.</param>
internal sealed record Difference(string Where, string Found, string Expected)
{
    /// <summary>What changes it in place; null if nothing harmless can.</summary>
    public Upgrade? Upgrade { get; init; }

    /// <summary>What can be run manually if nothing changes it in place.</summary>
    public IReadOnlyList<string> ByHand { get; init; } = [];

    /// <summary>What to do if no statement helps: a sentence.</summary>
    public string? Advice { get; init; }

    /// <summary>Whether nothing has to be done about it.</summary>
    public bool IsHarmless { get; init; }

    /// <summary>Whether a person has to change it.</summary>
    public bool IsRefused => Upgrade is null && !IsHarmless;

    /// <summary>Where it is and what is there, and what is expected.</summary>
    public string Statement => $"{Where} {Found}; expected: {Expected}.";

    /// <summary>What to do about it: a sentence.</summary>
    public string Remedy =>
        Upgrade is not null ? "'schema apply' changes it."
        : ByHand is [var statement] ? $"Run: {statement}"
        : ByHand.Count > 1 ? "It needs a new table: 'schema apply' prints the statements to run."
        : Advice ?? "";
}
