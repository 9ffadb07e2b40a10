using System.Text.Json.Serialization;

namespace EventPipeline.Shared;

/// <summary>
/// Money as messages and documents show it: what is billed, what is estimated, and every other basis by its name. None
/// is part of another.
/// </summary>
public abstract record ReportedMoney
{
    /// <summary>All of it, basis by basis.</summary>
    [JsonIgnore]
    public SumsByBasis Money { get; init; } = SumsByBasis.None;

    /// <summary>Billed money, US dollars.</summary>
    [JsonPropertyName("usd")]
    public decimal BilledUsd
    {
        get => Money.BilledUsd;
        init => Money = Money.With(CostBasis.Billed, value);
    }

    /// <summary>Estimated money, US dollars.</summary>
    public decimal EstimatedUsd
    {
        get => Money.EstimatedUsd;
        init => Money = Money.With(CostBasis.Estimated, value);
    }

    /// <summary>Money of every other basis, US dollars; absent where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, decimal>? OtherUsd
    {
        get => Money.OtherUsd;
        init => Money = SumsByBasis.Create(BilledUsd, EstimatedUsd, value);
    }
}
