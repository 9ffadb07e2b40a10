namespace EventPipeline.Prices;

/// <summary>What tokens cost, as a person copied it from a vendor's price list.</summary>
/// <param name="vendors">The vendors that a price can be of.</param>
/// <param name="today">No price was read after it, UTC.</param>
internal sealed class PriceList(IReadOnlyCollection<string> vendors, DateOnly today)
    : CheckedList(Columns.Split(','), Columns.Split(',').Except(["tier"]).ToList())
{
    public const string Columns = "vendor,model,tier,token_type,usd_per_million,from,source,source_date";

    private readonly Dictionary<(PricedTokens, DateOnly), int> _seen = [];
    private readonly List<Price> _prices = [];

    /// <summary>What was read.</summary>
    public IReadOnlyList<Price> Prices => _prices;

    protected override void Read(Line line)
    {
        var vendor = line.OneOf("vendor", vendors, line.Text("vendor"));
        var model = line.Required("model");
        var type = line.OneOf("token_type", PricedTokens.TokenTypes, line.Text("token_type")?.ToLowerInvariant());
        var usd = ReadUsd(line);
        var from = line.RequiredDay("from");
        var (source, read) = (line.Required("source"), line.RequiredDay("source_date"));
        if (read > today)
        {
            line.Mistake($"the price was read on {read:yyyy-MM-dd}, which is in the future.");
        }

        if (!line.IsRight)
        {
            return;
        }

        var tokens = new PricedTokens(vendor!, model!, line.Text("tier") ?? PricedTokens.Standard, type!);
        if (!_seen.TryAdd((tokens, from!.Value), line.Number))
        {
            line.Mistake($"line {_seen[(tokens, from.Value)]} has a price of {tokens} from {from:yyyy-MM-dd} on too.");
            return;
        }

        _prices.Add(new Price(tokens, from.Value, usd, source!, read!.Value));
    }

    /// <summary>An empty cell says that no price is known any more.</summary>
    private static decimal? ReadUsd(Line line)
    {
        if (line.Text("usd_per_million") is not { } text)
        {
            return null;
        }

        if (Money.TryParse(text, Money.FromMillion, out var usd, out var rounded) && !rounded && usd >= 0)
        {
            return usd;
        }

        line.Mistake(
            $"'usd_per_million' is '{Shown.Plain(text, 80)}', not US dollars for a million tokens such as 3.75, with "
            + "at most 12 decimals.");
        return null;
    }
}
