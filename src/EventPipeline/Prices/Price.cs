namespace EventPipeline.Prices;

/// <summary>Which tokens a price is of.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Model">The model, as the vendor spells it in usage.</param>
/// <param name="Tier">The service tier, as the vendor spells it.</param>
/// <param name="TokenType">One of <see cref="TokenTypes"/>.</param>
internal sealed record PricedTokens(string Vendor, string Model, string Tier, string TokenType)
{
    /// <summary>The tier of usage that names none.</summary>
    public const string Standard = "standard";

    /// <summary>The kinds of tokens, as they are priced.</summary>
    public static readonly IReadOnlyList<string> TokenTypes =
        ["input", "cache_read", "cache_write", "cache_write_5m", "cache_write_1h", "output"];

    public override string ToString() => $"{Vendor} {Model} {Tier} {TokenType}";
}

/// <summary>What tokens cost from a day on, until another record of them begins.</summary>
/// <param name="Tokens">Which tokens.</param>
/// <param name="From">The first day of usage that has this price, UTC.</param>
/// <param name="UsdPerToken">US dollars for one token; null where no price is known from then on.</param>
/// <param name="Source">Where it was read.</param>
/// <param name="SourceDate">The day on which it was read there.</param>
internal sealed record Price(
    PricedTokens Tokens, DateOnly From, decimal? UsdPerToken, string Source, DateOnly SourceDate);
