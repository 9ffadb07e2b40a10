namespace EventPipeline.Messages;

/// <summary>What a run read.</summary>
/// <param name="Slices">Days of reports.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Tokens">Tokens that count as usage.</param>
/// <param name="Usd">Billed money, US dollars.</param>
/// <param name="EstimatedUsd">Estimated money, US dollars; never part of <paramref name="Usd"/>.</param>
public sealed record RunTotals(int Slices, long Rows, long Tokens, decimal Usd, decimal EstimatedUsd);
