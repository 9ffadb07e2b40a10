using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator.GitHubCopilot;

/// <summary>
/// <c>GET …/settings/billing/ai_credit/usage</c> and <c>…/premium_request/usage</c>: quantity times price, less what
/// the plan includes, in dollars.
/// </summary>
/// <param name="Name">The report's name for the truth.</param>
/// <param name="Path">Its part of the address.</param>
/// <param name="Product">The product on the bill.</param>
/// <param name="Sku">The SKU.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Price">Dollars for one.</param>
/// <param name="Most">The most that one model uses at once.</param>
internal sealed record CopilotBilling(
    string Name, string Path, string Product, string Sku, string Unit, decimal Price, int Most)
{
    public static CopilotBilling AiCredits { get; } = new(
        "ai_credits", "ai_credit", "Copilot AI Credits", "AI Credit", "ai-credits", 0.01m, 90_000);

    public static CopilotBilling PremiumRequests { get; } = new(
        "premium_requests", "premium_request", "Copilot", "Copilot Premium Request", "requests", 0.04m, 900);

    // What is used is counted in parts of a unit.
    private const decimal Parts = 100;

    // The first of each is included in part.
    private static readonly string[] Models = ["GPT-5", "Claude Sonnet 4.5", "Gemini 3 Pro"];

    public SimulatedReport Report(SimulatorOptions options, CopilotCompany company)
    {
        var book = new Daybook(options, $"{company.Dice}/{Name}", [.. Models.Select(PatternOf)]);
        return new SimulatedReport(
            Name,
            Path,
            day => book.On(day).Select(Priced),
            SimulatedReport.Each("model"),
            new Dictionary<string, string> { ["model"] = "model" },
            Write)
        {
            Limits = new Dictionary<string, PageLimit>(),
            Usd = fact => fact.Sum("net"),
        };
    }

    private Pattern PatternOf(string model) => new(
        new Dictionary<string, string?> { ["model"] = model },
        90,
        dice => new Dictionary<string, decimal> { ["parts"] = dice.Next(1, Most) });

    private Fact Priced(Fact fact)
    {
        var quantity = fact.Sum("parts") / Parts;
        var included = fact["model"] == Models[0] ? decimal.Floor(quantity / 2) : 0;
        return fact with
        {
            Quantities = new Dictionary<string, decimal>
            {
                ["quantity"] = quantity,
                ["included"] = included,
                ["net"] = (quantity - included) * Price,
            },
        };
    }

    private JsonObject Write(Group group)
    {
        var (quantity, included) = (group.Sum("quantity"), group.Sum("included"));
        return new JsonObject
        {
            ["product"] = Product,
            ["sku"] = Sku,
            ["model"] = group["model"],
            ["unitType"] = Unit,
            ["pricePerUnit"] = Price,
            ["grossQuantity"] = quantity,
            ["grossAmount"] = quantity * Price,
            ["discountQuantity"] = included,
            ["discountAmount"] = included * Price,
            ["netQuantity"] = quantity - included,
            ["netAmount"] = group.Sum("net"),
        };
    }
}
