using System.CommandLine;
using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.Tests.Service;
using EventPipeline.Vendors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Commands;

/// <summary>
/// <c>reconcile</c>: what a vendor says again of days that were loaded, and what a bill says of a month.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class ReconcileTests : IAsyncLifetime
{
    private const string Variable = "EVENTPIPELINE_TEST_RECONCILE";

    private readonly Dictionary<string, string?> _settings = [];
    private ServiceHost _host = null!;

    private DateOnly Settled => _host.Today.AddDays(-40);

    public async ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable(Variable, ServiceHost.Key);
        _host = await ServiceHost.StartAsync(accounts: [("Anthropic", "acme", ServiceHost.Key)]);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await _host.RunAsync("anthropic", "cost", Settled.AddDays(-1), Settled);
        await _host.RunAsync("anthropic", "cost", _host.Yesterday, _host.Yesterday);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_vendors_own_total_agrees_with_the_rows_of_every_group()
    {
        var (exitCode, output, _) = await RunAsync(Days(Settled.AddDays(-1), Settled));

        exitCode.ShouldBe(0, output);
        var usd = CostRows.UsdOf(Settled.AddDays(-1)) + CostRows.UsdOf(Settled);
        output.ShouldEndWith(
            $"anthropic  acme     cost       2      2  {usd:N2} US dollars billed\n");
        var asked = _host.Vendor.Asked.Where(path => path.Contains("cost_report", StringComparison.Ordinal)).ToList();
        asked[0].ShouldContain("group_by");
        asked[^1].ShouldNotContain("group_by");
    }

    [Fact]
    public async Task A_settled_day_that_differs_is_named_with_both_amounts()
    {
        _host.Vendor.OnDays(
            CostRows.Path, day => day == Settled ? CostRows.Row("100.5", "Tokens and more") : CostRows.Of(day));

        var (exitCode, output, _) = await RunAsync(Days(Settled.AddDays(-1), Settled));

        exitCode.ShouldBe(1);
        output.ShouldContain("anthropic  acme     cost       2      1  ");
        output.ShouldContain(
            $"anthropic/acme cost differs: {Settled:yyyy-MM-dd}, billed US dollars 1.005 at the vendor, "
            + $"{CostRows.UsdOf(Settled)} shown. Read ");
        output.ShouldContain("differs: Run these days again with `force`");
    }

    [Fact]
    public async Task A_day_that_may_still_change_is_said_to_and_is_no_fault()
    {
        _host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("0.1"));

        var (exitCode, output, _) = await RunAsync(Days(_host.Yesterday, _host.Yesterday));

        exitCode.ShouldBe(0, output);
        output.ShouldContain(
            $"anthropic/acme cost restated: {_host.Yesterday:yyyy-MM-dd}, billed US dollars 0.001 at the vendor");
        output.ShouldContain($", settles {_host.Yesterday.AddDays(8):yyyy-MM-dd} 00:00 UTC.");
    }

    [Fact]
    public async Task Days_that_were_not_loaded_are_said()
    {
        var (exitCode, output, _) = await RunAsync([.. Days(Settled.AddDays(1), Settled.AddDays(3)), "--json"]);

        exitCode.ShouldBe(1);
        var slices = JsonSerializer.Deserialize<List<JsonElement>>(output)!;
        slices.Select(slice => slice.GetProperty("state").GetString()).ShouldBe(Enumerable.Repeat("not_loaded", 3));
        slices[0].GetProperty("told").GetProperty("usd").GetString()
            .ShouldBe(DecimalAsString.Text(CostRows.UsdOf(Settled.AddDays(1))));
        slices[0].GetProperty("shown").ValueKind.ShouldBe(JsonValueKind.Null);
        (await RunAsync(Days(Settled.AddDays(1), Settled.AddDays(3)))).Output.ShouldContain(
            $"anthropic/acme cost not_loaded: {Settled.AddDays(1):yyyy-MM-dd} to {Settled.AddDays(3):yyyy-MM-dd}\n");
    }

    [Fact]
    public async Task Days_that_a_vendor_serves_no_more_are_not_asked_for()
    {
        Environment.SetEnvironmentVariable($"{Variable}_OTHER", "sk-or-v1-a-test-key");
        _settings["Vendors:OpenRouter:BaseAddress"] = _host.Vendor.Address.AbsoluteUri;
        _settings["Vendors:OpenRouter:Accounts:0:Name"] = "acme";
        _settings["Vendors:OpenRouter:Accounts:0:Secret"] = $"env:{Variable}_OTHER";

        var (exitCode, output, _) = await RunAsync(
            [.. Days(_host.Today.AddDays(-33), _host.Today.AddDays(-31)), "--vendor", "openrouter"]);

        exitCode.ShouldBe(0, output);
        output.ShouldContain(
            $"openrouter/acme activity not_served: {_host.Today.AddDays(-33):yyyy-MM-dd} to "
            + $"{_host.Today.AddDays(-31):yyyy-MM-dd}\n");
    }

    [Theory]
    [InlineData(401, 1, "refused", "`vendors check`")]
    [InlineData(503, 3, "unreachable", "Try again later")]
    public async Task A_vendor_that_does_not_tell_its_totals_is_said(
        int status, int expected, string state, string remedy)
    {
        _host.Vendor.On(
            CostRows.Path, """{"type":"error","error":{"type":"some_error","message":"no"}}""", status: status);

        var (exitCode, output, _) = await RunAsync(Days(Settled, Settled));

        exitCode.ShouldBe(expected, output);
        output.ShouldContain($"anthropic/acme cost {state}: {Settled:yyyy-MM-dd}. ");
        output.ShouldContain(remedy);
    }

    [Fact]
    public async Task A_bill_is_explained_to_the_cent_or_says_what_is_not()
    {
        // A month of its own: half-cents on two days, a credit on one of them.
        var month = new DateOnly(2026, 1, 1);
        _host.Vendor.OnDays(
            CostRows.Path,
            day => day.Day == 2 ? $"{CostRows.Row("10050.4")},{CostRows.Row("-1000", "Credit")}" : CostRows.Row("0"));
        await _host.RunAsync("anthropic", "cost", month, month.AddDays(29), ",\"force\":true");
        string[] bill = ["--invoice", "110.95", "--month", "2026-01", "--vendor", "anthropic"];

        var (exitCode, output, _) = await RunAsync([.. bill, "--tax", "17.45", "--seats", "8", "--credits", "5"]);

        exitCode.ShouldBe(0, output);
        output.ShouldContain("Billed in daily_cost                            90.504\n");
        output.ShouldContain("  of that negative lines: credits, refunds         -10\n");
        output.ShouldContain("Difference                                      20.446\n");
        output.ShouldContain("  rounding to cents                             -0.004\n");
        output.ShouldContain("Unexplained                                          0\n");
        output.ShouldContain("Not loaded: acme cost 2026-01-31. Run these days.\n");

        (exitCode, output, _) = await RunAsync(bill);
        exitCode.ShouldBe(1);
        output.ShouldContain("Unexplained                                      20.45\n");
        output.ShouldContain("A bill also has what no API tells");
    }

    [Theory]
    [InlineData("--month", "2026-10")]
    [InlineData("--invoice", "5")]
    [InlineData("--invoice", "5", "--month", "2026-10")]
    [InlineData("--invoice", "five", "--month", "2026-10", "--vendor", "anthropic")]
    [InlineData("--invoice", "5", "--month", "October", "--vendor", "anthropic")]
    [InlineData("--invoice", "5", "--month", "2026-10", "--vendor", "anthropic", "--to", "2026-10-02")]
    [InlineData("--tax", "5")]
    [InlineData("--from", "yesterday")]
    public async Task A_wrong_argument_is_said(params string[] arguments) =>
        (await RunAsync(arguments)).Errors.ShouldNotBeEmpty();

    [Fact]
    public async Task Days_that_are_not_over_or_not_in_order_are_refused()
    {
        (await Should.ThrowAsync<UsageException>(RunAsync(Days(_host.Yesterday, _host.Today)))).Message
            .ShouldContain("is not over yet");
        (await Should.ThrowAsync<UsageException>(RunAsync(Days(_host.Yesterday, Settled)))).Message
            .ShouldContain("in order");
    }

    private FakeTimeProvider Noon => new(new DateTimeOffset(_host.Today, new TimeOnly(12, 0), TimeSpan.Zero));

    private static string[] Days(DateOnly from, DateOnly to) =>
        ["--from", $"{from:yyyy-MM-dd}", "--to", $"{to:yyyy-MM-dd}"];

    private async Task<(int ExitCode, string Output, IReadOnlyList<string> Errors)> RunAsync(string[] arguments)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var error = new StringWriter();
        var command = new RootCommand
        {
            ReconcileCommand.Create(
                (_, _) => Task.FromResult(
                    new OpenedWarehouse(_host.Warehouse, "ai_usage_analytics", new object())),
                (_, _) => Task.FromResult(new OpenedVendors(CommandHost.Build(Configure), Noon))),
        };
        var parsed = command.Parse(["reconcile", .. arguments]);
        var exitCode = await parsed.InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, Output = output, Error = error },
            TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), [.. parsed.Errors.Select(wrong => wrong.Message)]);
    }

    private void Configure(Microsoft.Extensions.Hosting.HostApplicationBuilder builder)
    {
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Vendors:Anthropic:BaseAddress"] = _host.Vendor.Address.AbsoluteUri,
            ["Vendors:Anthropic:Accounts:0:Name"] = "acme",
            ["Vendors:Anthropic:Accounts:0:Secret"] = $"env:{Variable}",
            ["Vendors:Anthropic:Accounts:0:Reports:0"] = "cost",
        });
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.Services.AddSingleton<TimeProvider>(new HurriedTime());
        builder.Services.AddVendors();
    }
}
