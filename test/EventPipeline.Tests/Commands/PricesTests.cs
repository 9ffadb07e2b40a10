using System.CommandLine;
using System.Globalization;
using EventPipeline.Commands;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Sql;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Commands;

/// <summary><c>prices import</c> and <c>drift</c>: what tokens cost by list, beside what is billed.</summary>
public sealed class PricesTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncLifetime
{
    private const string Columns = "vendor,model,tier,token_type,usd_per_million,from,source,source_date\n";

    private const string List = Columns
        + "anthropic,opus,,input,5,2026-11-01,https://example.com/prices,2026-11-10\n"
        + "anthropic,opus,,output,25,2026-11-01,https://example.com/prices,2026-11-10\n"
        + "anthropic,opus,,cache_write_5m,6.25,2026-11-01,https://example.com/prices,2026-11-11\n"
        + "anthropic,opus,,input,4,2026-11-17,https://example.com/prices,2026-11-12\n";

    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 11, 18, 6, 0, 0, TimeSpan.Zero));

    private readonly TemporaryFolder _folder = new();
    private readonly Facts _facts = new(file);

    public async ValueTask InitializeAsync()
    {
        await _facts.CommitAsync("u", Facts.Morning(1), ("report", "messages_usage"));
        await _facts.CommitAsync("c", Facts.Morning(1), ("report", "cost"));
        await UsageAsync(
            "k1", ("input_uncached_tokens", 1_000_001), ("output_tokens", 2), ("service_tier", "standard"));
        await UsageAsync("k2", ("input_uncached_tokens", 100), ("service_tier", "batch"));
        await UsageAsync(
            "k3", ("input_uncached_tokens", 0), ("cache_write_tokens", 30), ("cache_write_5m_tokens", 20));
        await _facts.InsertAsync(
            "cost_versions", ("load_id", "c"), ("row_key", "c1"), ("model", "opus"), ("amount_usd", 6m));
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await file.EmptyAsync();
    }

    [Fact]
    public async Task Usage_at_list_prices_stands_beside_what_is_billed()
    {
        await ImportAsync(List, "--yes");

        // 1,000,001 input at 5, 2 output at 25, 20 cache writes of five minutes at 6.25, each a million.
        (await DriftAsync("--csv")).ShouldBe(
            "day,vendor,account_id,model,billed_usd,priced_usd,priced_tokens,unpriced_tokens,oldest_price,newest_price"
            + "\r\n2026-11-16,anthropic,org-1,opus,6,5.00018,1000023,110,2026-11-10,2026-11-11\r\n");
        var table = await DriftAsync();
        table.ShouldMatch(@"2026-11-16  anthropic  opus +6\.00 +5\.00 +110\n");
        table.ShouldEndWith(
            "US dollars. The prices were read from 2026-11-10 to 2026-11-11; whether their vendors changed them since "
            + "is not known.\n");
    }

    [Fact]
    public async Task A_tier_has_its_own_price_and_a_model_that_is_priced_whole_is_compared()
    {
        await ImportAsync(
            List + "anthropic,opus,batch,input,2.5,2026-11-01,a list,2026-11-10\n"
                + "anthropic,opus,,cache_write,6,2026-11-01,a list,2026-11-10\n",
            "--yes");

        var record = (await DriftAsync("--csv")).Split("\r\n")[1].Split(',');
        (record[5], record[6], record[7]).ShouldBe(("5.00049", "1000133", "0"));
        (await DriftAsync()).ShouldMatch(@"6\.00 +5\.00 +20\.0 %");
    }

    [Fact]
    public async Task Without_a_price_list_nothing_is_guessed()
    {
        var table = await DriftAsync();

        table.ShouldContain("1,000,133\n");
        table.ShouldEndWith("No price is known: `prices import FILE` records a price list.\n");
    }

    [Fact]
    public async Task A_list_is_shown_recorded_once_and_corrected_by_a_later_one()
    {
        var (exitCode, output, _) = await ImportAsync(List, "--dry-run");
        exitCode.ShouldBe(0);
        output.ShouldStartWith(
            "anthropic opus standard input from 2026-11-01 on: 5 US dollars a million (https://example.com/prices, "
            + "2026-11-10)\n");
        output.ShouldEndWith("4 prices of prices.csv, 4 changes.\nNothing was changed (--dry-run).\n");

        (await ImportAsync(List, "--yes")).Output.ShouldEndWith(
            "Done. drift shows them from the next query on.\n");
        (await ImportAsync(List, "--yes")).Output.ShouldBe("4 prices of prices.csv, 0 changes.\n");
        (await ImportAsync(
            Columns + "anthropic,opus,,input,,2026-11-01,nobody knows,2026-11-18\n", "--yes")).Output
            .ShouldContain("no price (nobody knows, 2026-11-18), was 5 US dollars a million");
        (await _facts.AskAsync("SELECT token_type, valid_from FROM price ORDER BY token_type, valid_from")).Select(
            row => $"{row[0]} {(DateOnly)row[1]!:yyyy-MM-dd}")
            .ShouldBe(["cache_write_5m 2026-11-01", "input 2026-11-17", "output 2026-11-01"]);
    }

    [Theory]
    [InlineData("antropic,opus,,input,5,2026-11-01,x,2026-11-10", "Line 2: 'antropic' is not a vendor. Did you mean")]
    [InlineData("anthropic,,,input,5,2026-11-01,x,2026-11-10", "Line 2: the model is missing.")]
    [InlineData("anthropic,opus,,tokens,5,2026-11-01,x,2026-11-10", "Line 2: 'tokens' is not a token_type.")]
    [InlineData("anthropic,opus,,input,-5,2026-11-01,x,2026-11-10", "Line 2: 'usd_per_million' is '-5', not US")]
    [InlineData("anthropic,opus,,input,0.0000000000001,2026-11-01,x,2026-11-10", "at most 12 decimals")]
    [InlineData("anthropic,opus,,input,\"1,5\",2026-11-01,x,2026-11-10", "'1,5', not US dollars")]
    [InlineData("anthropic,opus,,input,5,November,x,2026-11-10", "Line 2: 'from' is 'November', not a date")]
    [InlineData("anthropic,opus,,input,5,2026-11-01,,2026-11-10", "Line 2: the source is missing.")]
    [InlineData("anthropic,opus,,input,5,2026-11-01,x,2026-11-19", "which is in the future")]
    [InlineData(
        "anthropic,opus,,input,5,2026-11-01,x,2026-11-10\nanthropic,opus,standard,input,6,2026-11-01,x,2026-11-10",
        "Line 3: line 2 has a price of anthropic opus standard input from 2026-11-01 on too.")]
    public async Task A_list_with_a_mistake_is_refused_whole(string lines, string mistake)
    {
        var (exitCode, output, error) = await ImportAsync(
            $"{Columns}{lines}\nanthropic,haiku,,input,1,2026-11-01,x,2026-11-10\n", "--yes");

        (exitCode, output).ShouldBe((1, ""));
        error.ShouldStartWith("Nothing of prices.csv was imported:\n");
        error.ShouldContain(mistake);
        (await _facts.ValueAsync("SELECT COUNT(*) FROM price")).ShouldBe(0L);
    }

    private Task UsageAsync(string key, params (string Column, object? Value)[] row) => _facts.InsertAsync(
        "usage_versions",
        [
            ("load_id", "u"), ("row_key", key), ("report", "messages_usage"), ("model", "opus"),
            ("input_uncached_tokens", null), ("output_tokens", null), ("cache_read_tokens", null),
            .. row,
        ]);

    private async Task<(int ExitCode, string Output, string Error)> ImportAsync(string list, params string[] arguments)
    {
        var path = Path.Combine(_folder.Path, "prices.csv");
        await File.WriteAllTextAsync(path, list, TestContext.Current.CancellationToken);
        return await RunAsync(PricesCommand.Create(Open, Clock), ["import", path, .. arguments]);
    }

    private async Task<string> DriftAsync(params string[] arguments)
    {
        var (exitCode, output, _) = await RunAsync(DriftCommand.Create(Open, Clock), arguments);
        exitCode.ShouldBe(0);
        return output;
    }

    private Task<OpenedWarehouse> Open(ParseResult arguments, CancellationToken cancellationToken) =>
        Task.FromResult(new OpenedWarehouse(file.Warehouse, WarehouseFixture.Dataset, new object()));

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(Command command, string[] arguments)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        await using var error = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var exitCode = await command.Parse(arguments).InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, Output = output, Error = error },
            TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}
