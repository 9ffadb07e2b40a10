using EventPipeline.Load;

namespace EventPipeline.Prices;

/// <summary>The table <c>price_history</c>: what tokens cost, since when. Rows are only added.</summary>
internal sealed class PriceRegister(IWarehouse warehouse)
{
    /// <summary>What is recorded: of the same tokens and first day the newest record.</summary>
    public async Task<IReadOnlyDictionary<(PricedTokens Tokens, DateOnly From), Price>> ReadAsync(
        string dataset, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(dataset, Statement.Create("prices"), cancellationToken);
        return rows.Select(row => new Price(
            new PricedTokens(row.Text("vendor"), row.Text("model"), row.Text("tier"), row.Text("token_type")),
            row.Date("valid_from"),
            row.ExactOrNull("usd_per_token"),
            row.Text("source"),
            row.Date("source_date"))).ToDictionary(price => (price.Tokens, price.From));
    }

    /// <summary>
    /// Adds records. Cut off, it has added some of them, and importing the same list again adds the others.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="prices">What to add.</param>
    /// <param name="list">The file's name.</param>
    /// <param name="at">When, UTC.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task AddAsync(
        string dataset,
        IReadOnlyList<Price> prices,
        string list,
        DateTimeOffset at,
        CancellationToken cancellationToken) =>
        RecordedList.AddAsync(
            warehouse,
            dataset,
            "price",
            [.. prices.Select(price => (price.ToString(), Row(price, list)))],
            at,
            cancellationToken);

    private static Dictionary<string, object?> Row(Price price, string list) => new()
    {
        ["vendor"] = price.Tokens.Vendor,
        ["model"] = price.Tokens.Model,
        ["tier"] = price.Tokens.Tier,
        ["token_type"] = price.Tokens.TokenType,
        ["valid_from"] = price.From,
        ["usd_per_token"] = price.UsdPerToken,
        ["source"] = price.Source,
        ["source_date"] = price.SourceDate,
        ["list"] = list,
    };
}
