using EventPipeline.Commands;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Sql;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Commands;

/// <summary><c>focus check</c>: what vendors bill keeps to the rules of FOCUS 1.2, or is shown.</summary>
public sealed class FocusCheckTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncLifetime
{
    private static readonly FakeTimeProvider Clock = new(Facts.Morning(2));

    private readonly Facts _facts = new(file);
    private int _rows;

    public async ValueTask InitializeAsync() => await _facts.CommitAsync("a", Facts.Morning(1));

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task Every_kind_of_line_keeps_to_every_rule()
    {
        // What a vendor names: a class, a kind of token, a model, a text; of a workspace or of its default one.
        await LineAsync(1.5m, ("cost_type", "tokens"), ("model", "opus"), ("token_type", "output_tokens"),
            ("service_tier", "batch"), ("context_window", "0-200k"), ("region", "us"), ("sub_account_id", "ws-1"));
        await LineAsync(1.5m, ("cost_type", "tokens"), ("model", "opus"), ("token_type", "output_tokens"));
        await LineAsync(0.25m, ("cost_type", "web_search"), ("line_item", "Web Search Usage"), ("region", "global"));
        await LineAsync(0.25m, ("sku", "endpoint-1"), ("model", "opus"), ("api_key_id", "key-1"), ("list_usd", 0m));
        await LineAsync(7m, ("line_item", "Premium seats"));
        await LineAsync(7m);

        // Credits, refunds and corrections.
        await LineAsync(-3m, ("line_item", "Service credit"), ("list_usd", -4m));
        await LineAsync(-3m, ("line_item", "Refund"));
        await LineAsync(-3m);
        await LineAsync(-1.5m, ("cost_type", "tokens"), ("model", "opus"), ("token_type", "output_tokens"));
        await LineAsync(-1.5m, ("line_item", "gpt-5, input"), ("quantity", 1000), ("quantity_unit", "tokens"));
        await LineAsync(-1.5m, ("line_item", "gpt-5, input"), ("quantity", -1000), ("quantity_unit", "tokens"));

        // Quantities: in thousands, of nothing, for nothing, of credits, of what nobody has heard of, of no unit.
        await LineAsync(1m / 3, ("line_item", "gpt-5, output"), ("quantity", 7), ("quantity_unit", "1000_tokens"));
        await LineAsync(0m, ("line_item", "images"), ("quantity", 0), ("quantity_unit", "images"));
        await LineAsync(0m, ("line_item", "images"), ("quantity", 5), ("quantity_unit", "images"));
        await LineAsync(2m, ("line_item", "images"), ("quantity", 0), ("quantity_unit", "images"));
        await LineAsync(
            9m,
            ("cost_type", "Copilot"),
            ("sku", "AI Credit"),
            ("line_item", "AI Credit"),
            ("list_usd", 12m),
            ("quantity", 1200),
            ("quantity_unit", "ai_credits"));
        await LineAsync(1m, ("line_item", "holograms"), ("quantity", 3), ("quantity_unit", "hologram_hours"));
        await LineAsync(1m, ("line_item", "sessions"), ("quantity", 3));
        await LineAsync(
            0.000000000000000001m, ("line_item", "dust"), ("quantity", 123456789.5m), ("quantity_unit", "tokens"));

        var (exitCode, output) = await RunAsync();

        output.ShouldContain("20 rows.\nAll of them hold.\n");
        exitCode.ShouldBe(0);
        (await _facts.ValueAsync("SELECT SUM(BilledCost) = (SELECT SUM(amount_usd) FROM daily_cost) FROM focus"))
            .ShouldBe(true);
    }

    [Fact]
    public async Task A_line_that_contradicts_itself_is_shown_with_what_to_do()
    {
        await LineAsync(1m, ("line_item", "gpt-5, input"));
        await LineAsync(-1m, ("line_item", "gpt-5, input"), ("list_usd", 2m));

        var (exitCode, output) = await RunAsync();

        exitCode.ShouldBe(1);
        output.ShouldStartWith($"""
            FOCUS 1.2, 2026-11-10 to 2026-11-17, {WarehouseFixture.Dataset}:
            """);
        output.ShouldContain("""

            Broken:
              No contracted price is negative. (ContractedUnitPrice-C-009-C)
                1 row: Anthropic, 2026-11-16, gpt-5, input: -1.000000000000000000 USD
                What to do: look at the line in the view cost, and at the vendor's own in raw_page.
            """);
    }

    [Fact]
    public async Task What_cannot_be_checked_is_said()
    {
        await LineAsync(1m, ("line_item", "gpt-5, input"));

        var (_, output) = await RunAsync();

        output.ShouldContain("""

            Not checked, because no row can prove it:
              no vendor's API tells invoices; compare the sums with them.
                BilledCost-C-007-M, InvoiceId-C-004-C, 
            """);
    }

    [Fact]
    public async Task One_document_has_what_is_broken_and_what_is_not_checked()
    {
        await LineAsync(-1m, ("line_item", "gpt-5, input"), ("list_usd", 2m));

        var (exitCode, output) = await RunAsync("--json");

        exitCode.ShouldBe(1);
        var found = System.Text.Json.JsonDocument.Parse(output).RootElement;
        found.GetProperty("holds").GetBoolean().ShouldBeFalse();
        found.GetProperty("rows").GetInt64().ShouldBe(1);
        found.GetProperty("rules").GetInt64().ShouldBe(
            FocusColumn.All.Count + 3 + FocusColumn.All.Count(column => column.TypeRule is not null)
                + FocusRule.OfRows.Count);
        found.GetProperty("broken").EnumerateArray().Select(rule => rule.GetProperty("rule").GetString())
            .ShouldBe(["ContractedUnitPrice-C-009-C", "PricingCurrencyContractedUnitPrice-C-008-C"]);
        found.GetProperty("notChecked").GetArrayLength().ShouldBe(FocusRule.NotChecked.Count);
    }

    [Fact]
    public async Task Days_without_a_bill_are_said() => (await RunAsync()).ShouldBe(
        (0, $"Nothing was billed from 2026-11-10 to 2026-11-17 in {WarehouseFixture.Dataset}: no row to check.\n"));

    [Theory]
    [InlineData("--since", "yesterday")]
    [InlineData("--csv")]
    public void A_wrong_argument_is_said(params string[] arguments) =>
        Command().Parse(["check", .. arguments]).Errors.ShouldNotBeEmpty();

    [Fact]
    public async Task The_documentation_has_every_column_with_its_level_and_every_rule_that_is_not_checked()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root.FullName, "docs", "focus.md"), TestContext.Current.CancellationToken);

        foreach (var column in FocusColumn.All)
        {
            var level = column.Presence[^1] switch { 'M' => "mandatory", 'C' => "conditional", _ => "recommended" };
            page.ShouldContain($"| `{column.Name}` | {level} |");
        }

        foreach (var rule in FocusRule.NotChecked)
        {
            page.ShouldContain(rule.Says);
        }
    }

    private Task LineAsync(decimal usd, params (string Column, object? Value)[] row) => _facts.InsertAsync(
        "cost_versions", [("row_key", $"{_rows++}"), ("amount_usd", decimal.Round(usd, 18)), .. row]);

    private System.CommandLine.Command Command() => FocusCommand.Create(
        (_, _) => Task.FromResult(new OpenedWarehouse(file.Warehouse, WarehouseFixture.Dataset, new object())), Clock);

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        var exitCode = await Command().Parse(["check", "--since", "8d", .. arguments]).InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, Output = output },
            TestContext.Current.CancellationToken);
        return (exitCode, output.ToString());
    }
}
