namespace EventPipeline.Messages;

/// <summary>What a run read.</summary>
/// <param name="Slices">Days of reports.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Tokens">Tokens that count as usage.</param>
public sealed record RunTotals(int Slices, long Rows, long Tokens) : ReportedMoney;
