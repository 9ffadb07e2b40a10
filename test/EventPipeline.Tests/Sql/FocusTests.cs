using EventPipeline.Tests.DuckDb;
using static EventPipeline.Tests.Sql.Facts;

namespace EventPipeline.Tests.Sql;

/// <summary>Billed lines in the columns of FOCUS 1.2: none of them says what the vendor did not.</summary>
public sealed class FocusTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncLifetime
{
    private readonly Facts _facts = new(file);

    public async ValueTask InitializeAsync() => await _facts.CommitAsync("a", Morning(1));

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Theory]
    [InlineData(-1.5, "tokens", "Claude Opus Usage - Input Tokens", null, "Usage")]
    [InlineData(1.5, "tokens", "Claude Opus Usage - Input Tokens", null, "Usage")]
    [InlineData(-1.5, null, "gpt-5, input", 1000, "Usage")]
    [InlineData(-1.5, null, "gpt-5, input", null, "Usage")]
    [InlineData(-1.5, "tokens", "Credit for Input Tokens", null, "Usage")]
    [InlineData(1.5, null, null, null, "Usage")]
    [InlineData(-1.5, null, "SIMULATED service credit", null, "Credit")]
    [InlineData(1.5, null, "Promotional CREDIT, taken back", null, "Credit")]
    [InlineData(-1.5, null, "Invoice adjustment", null, "Adjustment")]
    [InlineData(-1.5, null, "Refund", null, "Adjustment")]
    [InlineData(-1.5, null, null, null, "Adjustment")]
    public async Task A_charge_is_of_the_category_that_the_vendors_line_tells(
        double usd, string? type, string? text, int? quantity, string category)
    {
        await LineAsync(
            ("amount_usd", (decimal)usd),
            ("cost_type", type),
            ("line_item", text),
            ("quantity", quantity),
            ("quantity_unit", quantity is null ? null : "tokens"));

        (await _facts.AskAsync("SELECT ChargeCategory, ChargeClass, BilledCost FROM focus"))
            .ShouldBe([[category, null, (decimal)usd]]);
    }

    [Theory]
    [InlineData(2, "tokens", 2, "Tokens", 2, "Tokens")]
    [InlineData(2, "1000_tokens", 2000, "Tokens", 2, "1000 Tokens")]
    [InlineData(2, "1000000_characters", 2000000, "Characters", 2, "1000000 Characters")]
    [InlineData(3, "duration_minutes", 3, "Minutes", 3, "Minutes")]
    [InlineData(3, "gibibyte_hours", 3, "GiB-Hours", 3, "GiB-Hours")]
    [InlineData(3, "novelties", 3, "novelties", 3, "novelties")]
    [InlineData(0, "images", 0, "Images", 0, "Images")]
    [InlineData(-2, "1000_tokens", null, null, -2, "1000 Tokens")]
    [InlineData(3, null, null, null, null, null)]
    [InlineData(3, "", null, null, null, null)]
    [InlineData(null, "tokens", null, null, null, null)]
    [InlineData(null, "1000_tokens", null, null, null, null)]
    [InlineData(null, null, null, null, null, null)]
    public async Task Quantities_have_their_units_or_are_not_there(
        int? quantity, string? unit, int? consumed, string? consumedUnit, int? pricing, string? pricingUnit)
    {
        await LineAsync(("line_item", "gpt-5, input"), ("quantity", quantity), ("quantity_unit", unit));

        (await _facts.AskAsync("SELECT ConsumedQuantity, ConsumedUnit, PricingQuantity, PricingUnit FROM focus"))
            .ShouldBe([[(decimal?)consumed, consumedUnit, (decimal?)pricing, pricingUnit]]);
    }

    [Fact]
    public async Task A_credit_consumes_nothing()
    {
        await LineAsync(("line_item", "Service credit"), ("quantity_unit", "tokens"));

        (await _facts.AskAsync("SELECT ConsumedQuantity, ConsumedUnit, SkuId, SkuMeter FROM focus"))
            .ShouldBe([[null, null, null, null]]);
    }

    [Fact]
    public async Task A_quantity_in_thousands_is_exact()
    {
        await LineAsync(
            ("line_item", "gpt-5, input"), ("quantity", 1234567890123.123456789m), ("quantity_unit", "1000_tokens"));

        (await _facts.ValueAsync("SELECT ConsumedQuantity FROM focus")).ShouldBe(1234567890123123.456789m);
    }

    [Fact]
    public async Task A_sku_is_what_tells_one_price_from_another_and_the_meter_what_is_counted()
    {
        await LineAsync(
            ("cost_type", "tokens"),
            ("model", "claude-opus-4-6"),
            ("token_type", "output_tokens"),
            ("service_tier", "batch"),
            ("context_window", "0-200k"),
            ("region", "us"), ("line_item", "Claude Opus 4.6 Usage - Output Tokens, Batch"));

        (await _facts.AskAsync("SELECT SkuId, SkuMeter, SkuPriceId, RegionId, RegionName FROM focus")).ShouldBe(
            [
                [
                    "anthropic/tokens/claude-opus-4-6/output_tokens/batch/0-200k/us",
                    "output_tokens",
                    null,
                    "us",
                    "United States",
                ],
            ]);
    }

    [Theory]
    [InlineData("web_search", "Web Search Usage", null, "anthropic/web_search", "web_search")]
    [InlineData(null, "gpt-5, input", null, "anthropic/gpt-5, input", null)]
    [InlineData(null, null, null, null, null)]
    [InlineData(null, "gpt-5, input", "sku-1", "sku-1", null)]
    public async Task A_sku_is_the_vendors_own_where_it_has_one(
        string? type, string? text, string? own, string? sku, string? meter)
    {
        await LineAsync(("cost_type", type), ("line_item", text), ("sku", own));

        (await _facts.AskAsync("SELECT SkuId, SkuMeter FROM focus")).ShouldBe([[sku, meter]]);
    }

    [Theory]
    [InlineData("gpt-5, input", "anthropic/gpt-5, input")]
    [InlineData(null, "anthropic/gpt-5")]
    public async Task A_line_that_names_its_model_and_what_is_billed_of_it_is_the_sku(string? line, string sku)
    {
        await LineAsync(("model", "gpt-5"), ("line_item", line));

        (await _facts.AskAsync("SELECT SkuId, x_Model FROM focus")).ShouldBe([[sku, "gpt-5"]]);
    }

    [Theory]
    [InlineData("not_available")]
    [InlineData("global")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_is_no_place_is_no_region(string? geo)
    {
        await LineAsync(("cost_type", "tokens"), ("region", geo));

        (await _facts.AskAsync("SELECT RegionId, RegionName, SkuId, x_InferenceGeo FROM focus"))
            .ShouldBe([[null, null, "anthropic/tokens", geo]]);
    }

    [Fact]
    public async Task An_account_has_its_organisations_name_whatever_its_id_is_made_of()
    {
        await LineAsync(("line_item", "gpt-5, input"));
        await _facts.CommitAsync("names", Morning(1), ("report", "names"));
        foreach (var (id, kind, name) in new[] { ("uuid-1", "organization", "Acme"), ("org-1", "api_key", "robot") })
        {
            await _facts.InsertAsync(
                "entity_versions", ("load_id", "names"), ("row_key", id), ("kind", kind), ("id", id), ("name", name));
        }

        (await _facts.AskAsync("SELECT BillingAccountId, BillingAccountName, BilledCost FROM focus"))
            .ShouldBe([["org-1", "Acme", 1m]]);
    }

    [Fact]
    public async Task A_charge_is_found_by_the_day_that_it_began_on()
    {
        await LineAsync(("line_item", "gpt-5, input"));

        (await _facts.AskAsync(
            "SELECT x_UsageDate = CAST(ChargePeriodStart AS DATE), BilledCost FROM focus "
                + "WHERE x_UsageDate = (SELECT MAX(usage_date) FROM cost)")).ShouldBe([[true, 1m]]);
        (await _facts.AskAsync("SELECT BilledCost FROM focus WHERE x_UsageDate < DATE '2000-01-01'")).ShouldBeEmpty();
    }

    private Task LineAsync(params (string Column, object? Value)[] row) =>
        _facts.InsertAsync("cost_versions", [("row_key", "k"), ("amount_usd", 1m), .. row]);
}
