namespace EventPipeline.Reconciliation;

/// <summary>What a day of a report adds up to.</summary>
/// <param name="Tokens">Tokens, each once.</param>
/// <param name="Requests">Requests, but for those that the rows of another product count too.</param>
internal sealed record DayTotal(long Tokens, long Requests) : ReportedMoney;
