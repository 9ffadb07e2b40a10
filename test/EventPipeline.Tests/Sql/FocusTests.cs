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
    [InlineData(3, "ai_credits", 3, "AI Credits", 3, "AI Credits")]
    [InlineData(3, "web_novelties", 3, "Web novelties", 3, "Web novelties")]
    [InlineData(0, "images", 0, "Images", 1, "US Dollars")]
    [InlineData(-2, "1000_tokens", -2000, "Tokens", 1, "US Dollars")]
    [InlineData(3, null, 3, "Units", 3, "Units")]
    [InlineData(3, "", 3, "Units", 3, "Units")]
    [InlineData(null, "tokens", 1, "US Dollars", 1, "US Dollars")]
    [InlineData(null, "1000_tokens", 1, "US Dollars", 1, "US Dollars")]
    [InlineData(null, null, 1, "US Dollars", 1, "US Dollars")]
    public async Task Quantities_have_the_vendors_units_and_without_any_are_dollars(
        int? quantity, string? unit, int consumed, string consumedUnit, int pricing, string pricingUnit)
    {
        await LineAsync(("line_item", "gpt-5, input"), ("quantity", quantity), ("quantity_unit", unit));

        (await _facts.AskAsync("SELECT ConsumedQuantity, ConsumedUnit, PricingQuantity, PricingUnit FROM focus"))
            .ShouldBe([[(decimal)consumed, consumedUnit, (decimal)pricing, pricingUnit]]);
    }

    [Theory]
    [InlineData(4, 3, 6, 4, "Requests", 1.5, 0.75)]
    [InlineData(4, 3, null, 4, "Requests", 0.75, 0.75)]
    [InlineData(-4, -3, null, -4, "Requests", 0.75, 0.75)]
    [InlineData(5, 0, 2, 5, "Requests", 0.4, 0)]
    [InlineData(4, -3, null, -3, "US Dollars", 1, 1)]
    [InlineData(null, 3, 6, 6, "US Dollars", 1, 0.5)]
    [InlineData(null, 2, 0, 2, "US Dollars", 0, 1)]
    [InlineData(null, 0, 0, 0, "US Dollars", 1, 1)]
    public async Task A_unit_price_is_the_cost_of_one_unit(
        int? quantity, int usd, int? list, int pricing, string unit, double listPrice, double contractedPrice)
    {
        await LineAsync(
            ("line_item", "gpt-5, input"),
            ("amount_usd", usd),
            ("list_usd", list),
            ("quantity", quantity),
            ("quantity_unit", "requests"));

        (await _facts.AskAsync(
            "SELECT PricingQuantity, PricingUnit, ListUnitPrice, ContractedUnitPrice, ListCost, ContractedCost, "
                + "PricingCurrencyListUnitPrice, PricingCurrencyContractedUnitPrice FROM focus"))
            .ShouldBe(
                [
                    [
                        (decimal)pricing,
                        unit,
                        (decimal)listPrice,
                        (decimal)contractedPrice,
                        (decimal)(list ?? usd),
                        (decimal)usd,
                        (decimal)listPrice,
                        (decimal)contractedPrice,
                    ],
                ]);
    }

    [Fact]
    public async Task A_credit_consumes_nothing_and_has_no_price()
    {
        await LineAsync(("line_item", "Service credit"), ("quantity_unit", "tokens"), ("list_usd", 7m));

        (await _facts.AskAsync(
            "SELECT ConsumedQuantity, ConsumedUnit, PricingQuantity, PricingUnit, ListUnitPrice, ContractedUnitPrice, "
                + "PricingCategory, SkuId, SkuMeter, SkuPriceId, ListCost, ChargeFrequency FROM focus"))
            .ShouldBe([[null, null, null, null, null, null, null, null, null, null, 1m, "One-Time"]]);
    }

    [Fact]
    public async Task A_quantity_in_thousands_is_exact()
    {
        await LineAsync(
            ("line_item", "gpt-5, input"), ("quantity", 1234567890123.123456789m), ("quantity_unit", "1000_tokens"));

        (await _facts.ValueAsync("SELECT ConsumedQuantity FROM focus")).ShouldBe(1234567890123123.456789m);
    }

    [Fact]
    public async Task A_sku_is_what_is_sold_and_its_price_what_tells_one_price_from_another()
    {
        await LineAsync(
            ("cost_type", "tokens"),
            ("model", "claude-opus-4-6"),
            ("token_type", "output_tokens"),
            ("service_tier", "batch"),
            ("context_window", "0-200k"),
            ("region", "us"), ("line_item", "Claude Opus 4.6 Usage - Output Tokens, Batch"));

        const string details = """{"x_ServiceTier":"batch","x_ContextWindow":"0-200k","x_Region":"us"}""";
        const string sku = "anthropic/tokens/claude-opus-4-6/output_tokens";
        (await _facts.AskAsync(
            "SELECT SkuId, SkuMeter, SkuPriceId, SkuPriceDetails, RegionId, RegionName FROM focus"))
            .ShouldBe([[sku, "output_tokens", $"{sku}{details}", details, "us", "United States"]]);
    }

    [Theory]
    [InlineData("web_search", "Web Search Usage", null, "anthropic/web_search", "web_search")]
    [InlineData(null, "gpt-5, input", null, "anthropic/gpt-5, input", "gpt-5, input")]
    [InlineData(null, null, null, "anthropic/cost", "cost")]
    [InlineData(null, "gpt-5, input", "sku-1", "sku-1", "gpt-5, input")]
    public async Task A_sku_is_the_vendors_own_where_it_has_one(
        string? type, string? text, string? own, string sku, string meter)
    {
        await LineAsync(("cost_type", type), ("line_item", text), ("sku", own));

        (await _facts.AskAsync("SELECT SkuId, SkuPriceId, SkuMeter FROM focus")).ShouldBe([[sku, sku, meter]]);
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

    [Theory]
    [InlineData("api_key", "key-1", "red", "4711", """{"team":"red","cost_center":"4711"}""")]
    [InlineData("workspace", "ws-1", "red \"hot\" \\ team", null, """{"team":"red \"hot\" \\ team"}""")]
    [InlineData("account", "org-1", null, "4711", """{"cost_center":"4711"}""")]
    [InlineData("account", "org-1", null, null, null)]
    [InlineData("api_key", "key-2", "red", "4711", null)]
    public async Task A_line_has_the_team_and_the_cost_center_of_whom_it_is_billed_to(
        string kind, string id, string? team, string? costCenter, string? tags)
    {
        await OwnAsync(kind, id, ("person", "ann"), ("team", team), ("cost_center", costCenter));
        await LineAsync(("line_item", "gpt-5, input"), ("sub_account_id", "ws-1"), ("api_key_id", "key-1"));

        (await _facts.AskAsync("SELECT Tags, BilledCost FROM focus")).ShouldBe([[tags, 1m]]);
    }

    [Fact]
    public async Task Of_what_a_line_names_the_first_that_is_owned_has_the_tags_and_the_line_is_there_once()
    {
        foreach (var (kind, id, team) in new[] { ("account", "org-1", "all"), ("api_key", "key-1", "red") })
        {
            await OwnAsync(kind, id, ("team", team));
        }

        await LineAsync(("line_item", "gpt-5, input"), ("api_key_id", "key-1"));
        await LineAsync(("line_item", "gpt-5, output"), ("row_key", "l"));

        (await _facts.AskAsync("SELECT Tags, BilledCost FROM focus ORDER BY Tags")).ShouldBe(
            [["""{"team":"all"}""", 1m], ["""{"team":"red"}""", 1m]]);
        (await _facts.AskAsync("SELECT team, amount_usd FROM attributed_cost ORDER BY team")).ShouldBe(
            [["all", 1m], ["red", 1m]]);
    }

    [Fact]
    public async Task What_is_split_over_several_owners_is_whole_and_has_no_tags()
    {
        await OwnAsync("api_key", "key-1", ("team", "red"));
        await OwnAsync("api_key", "key-2", ("team", "blue"));
        await _facts.CommitAsync("a", Morning(1), ("report", "messages_usage"));
        foreach (var key in new[] { "key-1", "key-2" })
        {
            await _facts.InsertAsync(
                "usage_versions",
                ("row_key", key),
                ("report", "messages_usage"),
                ("api_key_id", key),
                ("model", "opus"),
                ("output_tokens", 5));
        }

        await LineAsync(("line_item", "opus, output"), ("model", "opus"));

        (await _facts.AskAsync("SELECT Tags, BilledCost FROM focus")).ShouldBe([[null, 1m]]);
        (await _facts.AskAsync("SELECT team, amount_usd FROM attributed_cost ORDER BY team")).ShouldBe(
            [["blue", 0.5m], ["red", 0.5m]]);
    }

    [Fact]
    public async Task A_workspace_that_nobody_named_is_called_by_its_id()
    {
        await LineAsync(("line_item", "gpt-5, input"), ("sub_account_id", "ws-1"));

        (await _facts.AskAsync("SELECT SubAccountId, SubAccountName, SubAccountType, BillingAccountType FROM focus"))
            .ShouldBe([["ws-1", "ws-1", "Workspace", "Organization"]]);
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

    private Task OwnAsync(string kind, string id, params (string Column, object? Value)[] owner) =>
        _facts.InsertAsync(
            "person_history",
            [
                ("vendor", "anthropic"),
                ("kind", kind),
                ("id", id),
                ("valid_from", DateOnly.MinValue),
                ("recorded_at", Morning(1)),
                .. owner,
            ]);

    private Task LineAsync(params (string Column, object? Value)[] row) =>
        _facts.InsertAsync("cost_versions", [("row_key", "k"), ("amount_usd", 1m), .. row]);
}
