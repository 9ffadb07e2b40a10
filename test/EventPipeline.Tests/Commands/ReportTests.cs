using EventPipeline.Commands;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Sql;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Commands;

/// <summary>What was billed, per day, week or month and by one thing, as a table, JSON or CSV.</summary>
public sealed class ReportTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncLifetime
{
    // A Wednesday.
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 11, 25, 6, 0, 0, TimeSpan.Zero));

    private readonly Facts _facts = new(file);
    private int _rows;

    public async ValueTask InitializeAsync()
    {
        await BilledAsync("2026-11-24", 0.105m, ("model", "opus"), ("api_key_id", "key-1"));
        await BilledAsync("2026-11-24", 1234.5m, ("model", "haiku"));
        await BilledAsync("2026-11-23", 0.000000000000000001m);
        await BilledAsync("2026-11-22", 2m, ("model", "opus"));
        await BilledAsync("2026-10-31", -3m, ("model", "opus"), ("sub_account_id", "ws-1"));
        await _facts.CommitAsync("n", Facts.Morning(1), ("report", "names"), ("usage_date", Facts.Day));
        await _facts.InsertAsync(
            "entity_versions", ("load_id", "n"), ("row_key", "k"), ("id", "key-1"), ("name", "laptop"));
        await _facts.InsertAsync(
            "person_history",
            ("vendor", "anthropic"),
            ("kind", "api_key"),
            ("id", "key-1"),
            ("valid_from", DateOnly.MinValue),
            ("person", "ann"),
            ("name", "Ann"),
            ("team", "red"),
            ("recorded_at", Facts.Morning(1)));
    }

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Fact]
    public async Task A_week_is_shown_by_day_and_vendor() =>
        (await RunAsync()).ShouldBe(
            """
            day                       vendor     US dollars
            2026-11-22                anthropic        2.00
            2026-11-23                anthropic        0.00
            2026-11-24                anthropic    1,234.61
            2026-11-18 to 2026-11-24  total        1,236.61

            """);

    [Fact]
    public async Task A_week_begins_on_monday_and_the_largest_amount_is_first() =>
        (await RunAsync("weekly", "--by", "model", "--since", "1w")).ShouldBe(
            """
            week of                   model   US dollars
            2026-11-16                opus          2.00
            2026-11-23                haiku     1,234.50
            2026-11-23                opus          0.11
            2026-11-23                (none)        0.00
            2026-11-16 to 2026-11-24  total     1,236.61

            """);

    [Theory]
    [InlineData("person", "Ann", 0.105)]
    [InlineData("team", "red", 0.105)]
    [InlineData("key", "laptop (key-1)", 0.105)]
    [InlineData("workspace", "Default", 1236.605)]
    [InlineData("vendor", "anthropic", 1233.605)]
    public async Task It_is_by_what_is_asked_for(string by, string item, double usd)
    {
        var csv = await RunAsync("monthly", "--by", by, "--since", "2026-10-01", "--csv");

        csv.ShouldStartWith($"from,{by},usd\r\n2026-10-01,");
        csv.Split("\r\n").Where(line => line.Split(',') is [_, var of, _] && of == item)
            .Sum(line => double.Parse(line.Split(',')[2], System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe(usd, 0.000_001);
    }

    [Fact]
    public async Task Json_has_exact_amounts_and_nothing_for_what_is_nobodys() =>
        (await RunAsync("daily", "--by", "team", "--since", "2d", "--json")).ShouldBe(
            """
            [
              {
                "from": "2026-11-23",
                "team": null,
                "usd": "0.000000000000000001"
              },
              {
                "from": "2026-11-24",
                "team": null,
                "usd": "1234.5"
              },
              {
                "from": "2026-11-24",
                "team": "red",
                "usd": "0.105"
              }
            ]

            """);

    [Fact]
    public async Task Days_without_a_bill_are_said() =>
        (await RunAsync("daily", "--since", "2026-11-25")).ShouldBe(
            "Nothing was billed from 2026-11-25 to 2026-11-24.\n");

    [Theory]
    [InlineData("hourly")]
    [InlineData("--by", "day")]
    [InlineData("--since", "7")]
    [InlineData("--since", "0d")]
    [InlineData("--since", "99999d")]
    [InlineData("--json", "--csv")]
    public void A_wrong_argument_is_said(params string[] arguments) =>
        Command().Parse(arguments).Errors.ShouldNotBeEmpty();

    private async Task BilledAsync(string day, decimal usd, params (string Column, object? Value)[] row)
    {
        var date = DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await _facts.CommitAsync("a", Facts.Morning(1), ("usage_date", date));
        await _facts.InsertAsync(
            "cost_versions", [("row_key", $"{_rows++}"), ("amount_usd", usd), ("usage_date", date), .. row]);
    }

    private System.CommandLine.Command Command() => ReportCommand.Create(
        (_, _) => Task.FromResult(new OpenedWarehouse(file.Warehouse, WarehouseFixture.Dataset, new object())), Clock);

    private async Task<string> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        var exitCode = await Command().Parse(arguments).InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, Output = output },
            TestContext.Current.CancellationToken);
        exitCode.ShouldBe(0);
        return output.ToString();
    }
}
