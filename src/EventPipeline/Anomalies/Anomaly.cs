namespace EventPipeline.Anomalies;

/// <summary>Something unusual, and what it was compared with.</summary>
/// <param name="Kind">One of <see cref="AnomalyKind.All"/>.</param>
/// <param name="Whose">Whose it is.</param>
/// <param name="Day">The UTC day that it is about; of a budget the last day that was counted.</param>
/// <param name="Value">What was found, in <paramref name="Unit"/>.</param>
/// <param name="Expected">What it was compared with, in <paramref name="Unit"/>.</param>
/// <param name="Unit"><c>rows</c>, <c>tokens</c>, <c>US dollars</c> or <c>hours</c>.</param>
/// <param name="Reason">The same in a sentence.</param>
/// <param name="Which">What tells it from another of its kind, of the same whose and <paramref name="Day"/>.</param>
internal sealed record Anomaly(
    string Kind,
    Suspect Whose,
    DateOnly Day,
    decimal? Value,
    decimal? Expected,
    string Unit,
    string Reason,
    string Which)
{
    /// <summary>The same finding has the same id, whenever and by whomever it is made.</summary>
    public string Id => string.Join(
        '/',
        new[] { Kind, Whose.Vendor, Whose.AccountId ?? Whose.Account, Whose.Report, Whose.Team, Which }
            .Select(part => Uri.EscapeDataString(part ?? "")));
}

/// <summary>Whose an anomaly is; what is null does not narrow it.</summary>
internal sealed record Suspect(
    string? Vendor = null,
    string? Account = null,
    string? AccountId = null,
    string? Report = null,
    string? Team = null);
