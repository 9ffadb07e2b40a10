using EventPipeline.Commands;
using EventPipeline.Local.DuckDb;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Sql;

namespace EventPipeline.Tests.Commands;

/// <summary>
/// Each rule of FOCUS 1.2 finds a row that breaks it: the view's own rows, of which some columns are made wrong.
/// </summary>
public sealed class FocusRuleTests(FocusRuleTests.Rows rows) : IClassFixture<FocusRuleTests.Rows>
{
    private const string NoText = "CAST(NULL AS VARCHAR)";
    private const string NoNumber = "CAST(NULL AS DECIMAL(38, 18))";
    private const string Tax = "'Tax' AS ChargeCategory";

    private static readonly string Dataset = SqlName.Quoted(WarehouseFixture.Dataset);

    /// <summary>The first id of each rule of Sql/focus, and the columns of a row that breaks it.</summary>
    public static TheoryData<string, string> Planted => new()
    {
        { "ChargeCategory-C-003-M", "'Fee' AS ChargeCategory" },
        { "ChargeClass-C-005-C", "'Late' AS ChargeClass" },
        { "ChargeFrequency-C-003-M", "'Daily' AS ChargeFrequency" },
        { "ChargeFrequency-C-004-C", "'Purchase' AS ChargeCategory" },
        { "BillingCurrency-C-003-M", "'usd' AS BillingCurrency" },
        { "BillingPeriodEnd-C-004-M", "BillingPeriodStart AS BillingPeriodEnd" },
        { "BillingPeriodStart-C-004-M", "ChargePeriodEnd AS BillingPeriodStart" },
        { "ChargePeriodEnd-C-004-M", "ChargePeriodStart AS ChargePeriodEnd" },
        { "ChargePeriodStart-C-004-M", "BillingPeriodStart AS ChargePeriodStart" },
        { "BilledCost-C-005-C", "'Reseller' AS InvoiceIssuerName" },
        { "EffectiveCost-C-010-C", "'Credit' AS ChargeCategory, 9 AS EffectiveCost" },
        { "ListUnitPrice-C-004-C", Tax },
        { "ListUnitPrice-C-005-C", $"{NoNumber} AS ListUnitPrice" },
        { "ListUnitPrice-C-008-M", "-1 AS ListUnitPrice" },
        { "ListUnitPrice-C-010-C", "ListUnitPrice * 1.00001 AS ListUnitPrice" },
        { "ListCost-C-008-C", $"{NoNumber} AS ListUnitPrice, 9 AS ListCost" },
        { "ContractedUnitPrice-C-005-C", Tax },
        { "ContractedUnitPrice-C-006-C", $"{NoNumber} AS ContractedUnitPrice" },
        { "ContractedUnitPrice-C-009-C", "-1 AS ContractedUnitPrice" },
        { "ContractedUnitPrice-C-011-C", "0 AS PricingQuantity" },
        { "ContractedCost-C-008-C", $"{NoNumber} AS ContractedUnitPrice, 9 AS ContractedCost" },
        { "PricingCategory-C-003-C", Tax },
        { "PricingCategory-C-004-C", $"{NoText} AS PricingCategory" },
        { "PricingCategory-C-007-M", "'Free' AS PricingCategory" },
        { "PricingCategory-C-009-C", "'commitment' AS CommitmentDiscountId" },
        { "PricingCurrencyListUnitPrice-C-004-C", Tax },
        { "PricingCurrencyListUnitPrice-C-005-C", $"{NoNumber} AS PricingCurrencyListUnitPrice" },
        { "PricingCurrencyListUnitPrice-C-008-M", "-1 AS PricingCurrencyListUnitPrice" },
        { "PricingCurrencyListUnitPrice-C-009-M", "9 AS PricingCurrencyListUnitPrice" },
        { "PricingCurrencyContractedUnitPrice-C-004-C", Tax },
        { "PricingCurrencyContractedUnitPrice-C-005-C", $"{NoNumber} AS PricingCurrencyContractedUnitPrice" },
        { "PricingCurrencyContractedUnitPrice-C-008-C", "-1 AS PricingCurrencyContractedUnitPrice" },
        { "PricingCurrencyContractedUnitPrice-C-009-C", "9 AS PricingCurrencyContractedUnitPrice" },
        { "PricingCurrencyEffectiveCost-C-006-M", "9 AS PricingCurrencyEffectiveCost" },
        { "PricingQuantity-C-004-C", Tax },
        { "PricingQuantity-C-005-C", $"{NoNumber} AS PricingQuantity" },
        { "PricingUnit-C-003-O", "'tokens' AS PricingUnit" },
        { "PricingUnit-C-005-C", $"{NoNumber} AS PricingQuantity" },
        { "PricingUnit-C-006-C", $"{NoText} AS PricingUnit" },
        { "ConsumedQuantity-C-004-C", "'Credit' AS ChargeCategory" },
        { "ConsumedQuantity-C-006-C", $"{NoNumber} AS ConsumedQuantity" },
        { "ConsumedUnit-C-003-O", "'1.5 Tokens' AS ConsumedUnit" },
        { "ConsumedUnit-C-005-C", $"{NoNumber} AS ConsumedQuantity" },
        { "ConsumedUnit-C-006-C", $"{NoText} AS ConsumedUnit" },
        { "CommitmentDiscountQuantity-C-005-C", "'commitment' AS CommitmentDiscountId" },
        { "CommitmentDiscountQuantity-C-007-C", "1 AS CommitmentDiscountQuantity" },
        { "CommitmentDiscountUnit-C-003-M", "'hours' AS CommitmentDiscountUnit" },
        { "CommitmentDiscountUnit-C-005-C", "'Hours' AS CommitmentDiscountUnit" },
        { "CommitmentDiscountUnit-C-006-C", "1 AS CommitmentDiscountQuantity" },
        { "SkuId-C-004-C", Tax },
        { "SkuId-C-005-C", $"{NoText} AS SkuId" },
        { "SkuMeter-C-004-C", $"{NoText} AS SkuId" },
        { "SkuMeter-C-005-C", $"{NoText} AS SkuMeter" },
        { "SkuMeter-C-006-O", "'sku' AS SkuId, CAST(BilledCost AS VARCHAR) AS SkuMeter" },
        { "SkuPriceId-C-004-C", Tax },
        { "SkuPriceId-C-005-C", $"{NoText} AS SkuPriceId" },
        { "SkuPriceId-C-008-M", "'price' AS SkuPriceId, CAST(BilledCost AS VARCHAR) AS SkuId" },
        { "SkuPriceDetails-C-001-M", """'{"x_Tiers":["batch"]}' AS SkuPriceDetails""" },
        { "SkuPriceDetails-C-004-C", $"{NoText} AS SkuPriceId" },
        {
            "SkuPriceDetails-C-007-M",
            """'price' AS SkuPriceId, '{"x_Cost":' || CAST(BilledCost AS VARCHAR) || '}' AS SkuPriceDetails"""
        },
        { "SkuPriceDetails-C-017-C", """'{"Tier":"batch"}' AS SkuPriceDetails""" },
        { "Tags-C-001-M", """'{"team":"red "hot" team"}' AS Tags""" },
        { "KeyValueFormat-A-002-M", """'{"team":"red","team":"blue"}' AS Tags""" },
        { "Tags-C-006-M", """'{"team":null}' AS Tags""" },
        { "BillingAccountType-C-004-C", $"{NoText} AS BillingAccountId" },
        { "BillingAccountType-C-005-C", $"{NoText} AS BillingAccountType" },
        { "SubAccountName-C-004-C", $"{NoText} AS SubAccountId" },
        { "SubAccountName-C-005-C", $"{NoText} AS SubAccountName" },
        { "SubAccountType-C-004-C", $"{NoText} AS SubAccountId" },
        { "SubAccountType-C-005-C", $"{NoText} AS SubAccountType" },
        { "RegionName-C-004-C", $"{NoText} AS RegionId" },
        { "RegionName-C-005-C", $"{NoText} AS RegionName" },
        { "ResourceName-C-004-C", $"{NoText} AS ResourceId, 'laptop' AS ResourceName" },
        { "ResourceName-C-006-C", "ResourceId AS ResourceName" },
        { "ResourceType-C-004-C", $"{NoText} AS ResourceId" },
        { "ResourceType-C-005-C", $"{NoText} AS ResourceType" },
        { "CapacityReservationId-C-005-C", "'Unused' AS CapacityReservationStatus" },
        { "CapacityReservationStatus-C-003-C", "'Used' AS CapacityReservationStatus" },
        { "CapacityReservationStatus-C-004-C", "'reservation' AS CapacityReservationId" },
        { "CapacityReservationStatus-C-006-M", "'Open' AS CapacityReservationStatus" },
        { "CommitmentDiscountName-C-004-C", "'plan' AS CommitmentDiscountName" },
        { "CommitmentDiscountCategory-C-003-C", "'Spend' AS CommitmentDiscountCategory" },
        { "CommitmentDiscountCategory-C-004-C", "'commitment' AS CommitmentDiscountId" },
        { "CommitmentDiscountCategory-C-005-M", "'Both' AS CommitmentDiscountCategory" },
        { "CommitmentDiscountType-C-004-C", "'plan' AS CommitmentDiscountType" },
        { "CommitmentDiscountType-C-005-C", "'commitment' AS CommitmentDiscountId" },
        { "CommitmentDiscountStatus-C-003-C", "'Used' AS CommitmentDiscountStatus" },
        { "CommitmentDiscountStatus-C-004-C", "'commitment' AS CommitmentDiscountId" },
        { "CommitmentDiscountStatus-C-005-M", "'Active' AS CommitmentDiscountStatus" },
        { "ServiceCategory-C-003-M", "'Robots' AS ServiceCategory" },
        { "ServiceSubcategory-C-003-M", "'Containers' AS ServiceSubcategory" },
        {
            "ServiceName-C-005-C",
            "CASE WHEN BilledCost > 1 THEN 'Other' ELSE ServiceCategory END AS ServiceCategory"
        },
        {
            "ServiceName-C-008-C",
            "CASE WHEN BilledCost > 1 THEN 'Bots' ELSE ServiceSubcategory END AS ServiceSubcategory"
        },
    };

    [Fact]
    public async Task Rows_as_the_view_makes_them_break_none() => (await CheckAsync("*")).Broken.ShouldBeEmpty();

    [Theory, MemberData(nameof(Planted))]
    public async Task A_row_that_breaks_a_rule_is_found(string rule, string planted)
    {
        var found = await CheckAsync($"* REPLACE ({planted})");

        var broken = found.Broken.Where(broken => broken.Rule.Ids.Split(", ")[0] == rule).ShouldHaveSingleItem();
        broken.Rows.ShouldBe(2);
        broken.Example.ShouldNotBeNull().ShouldContain("2026-11-16");
        found.Holds.ShouldBe(found.Broken.All(one => !one.Rule.IsMust));
    }

    [Fact]
    public void Every_rule_is_broken_by_some_row() =>
        FocusRule.OfRows
            .Where(rule => !rule.Says.EndsWith("is never null.", StringComparison.Ordinal)
                && !rule.Ids.StartsWith("NullHandling", StringComparison.Ordinal))
            .Select(rule => rule.Ids.Split(", ")[0])
            .ShouldBe(Planted.Select(row => row.Data.Item1), ignoreOrder: true);

    [Fact]
    public async Task What_is_never_null_is_found_where_it_is()
    {
        foreach (var column in FocusColumn.All.Where(column => column.NotNull is not null))
        {
            var type = column.Type switch
            {
                FocusType.Number => "DECIMAL(38, 18)",
                FocusType.Time => "TIMESTAMP",
                _ => "VARCHAR",
            };
            (await CheckAsync($"* REPLACE (CAST(NULL AS {type}) AS {column.Name})")).Broken
                .Select(broken => broken.Rule.Ids).ShouldContain($"{column.Name}-{column.NotNull}");
        }
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("")]
    [InlineData("Not Applicable")]
    public async Task A_word_for_nothing_is_found_in_each_text(string word)
    {
        var texts = FocusColumn.All.Where(column => column.Type == FocusType.Text).ToList();

        var found = await CheckAsync(
            $"* REPLACE ({string.Join(", ", texts.Select(column => $"'{word}' AS {column.Name}"))})");

        found.Broken.Where(broken => broken.Rule.Ids.StartsWith("NullHandling", StringComparison.Ordinal))
            .Count().ShouldBe(texts.Count);
    }

    [Theory]
    [InlineData("* EXCLUDE (PricingUnit)", "CostAndUsage-D-068-M", true)]
    [InlineData("*, 1 AS Team", "ColumnHandling-A-010-M", true)]
    [InlineData("*, 1 AS x_team", "ColumnHandling-A-001-M", false)]
    [InlineData("1 AS x_Team, *", "ColumnHandling-A-012-O", false)]
    [InlineData("* REPLACE ('1' AS BilledCost)", "BilledCost-C-001-M", true)]
    [InlineData("* REPLACE ('2026-11-01' AS BillingPeriodStart)", "BillingPeriodStart-C-001-M", true)]
    public async Task Columns_have_their_names_order_and_types(string columns, string rule, bool must)
    {
        var found = await CheckAsync(columns);

        found.Broken.ShouldContain(broken => broken.Rule.Ids.Split(", ")[0] == rule && broken.Rule.IsMust == must);
        found.Holds.ShouldBe(!must);
    }

    private Task<FocusFindings> CheckAsync(string columns)
    {
        rows.Run($"CREATE OR REPLACE VIEW {Dataset}.focus AS SELECT {columns} FROM {Dataset}.billed");
        return new FocusCheck(rows.File.Warehouse).CheckAsync(
            WarehouseFixture.Dataset, Facts.Day, Facts.Day, TestContext.Current.CancellationToken);
    }

    /// <summary>Two rows of a bill as the view makes them, in the table <c>billed</c> of a file of its own.</summary>
    public sealed class Rows : IAsyncLifetime
    {
        internal WarehouseFixture File { get; } = new();

        public async ValueTask InitializeAsync()
        {
            var facts = new Facts(File);
            await facts.CommitAsync("a", Facts.Morning(1));
            foreach (var (key, usd) in new[] { ("k", 1m), ("l", 3m) })
            {
                await facts.InsertAsync(
                    "cost_versions",
                    ("row_key", key),
                    ("amount_usd", usd),
                    ("sub_account_id", "ws-1"),
                    ("api_key_id", "key-1"),
                    ("model", "opus"),
                    ("region", "us"),
                    ("cost_type", "tokens"),
                    ("token_type", "output_tokens"),
                    ("service_tier", "batch"),
                    ("quantity", 4),
                    ("quantity_unit", "tokens"));
            }

            Run($"CREATE TABLE {Dataset}.billed AS SELECT * FROM {Dataset}.focus");
        }

        public ValueTask DisposeAsync() => File.DisposeAsync();

        internal void Run(string sql)
        {
            using var connection = File.Warehouse.File.Open();
            DuckDbFile.Run(connection, sql);
        }
    }
}
