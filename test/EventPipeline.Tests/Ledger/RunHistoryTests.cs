using EventPipeline.Ledger;
using EventPipeline.Load;

namespace EventPipeline.Tests.Ledger;

/// <summary>The events of a run, whichever version recorded them, are one document.</summary>
public sealed class RunHistoryTests
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 20, 6, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2026, 11, 16);

    [Fact]
    public void An_event_of_an_earlier_version_tells_what_is_billed_and_estimated()
    {
        var run = Run(
            """
            {"differences":[{"day":"2026-11-16","change":"changed","before":{"rows":1,"tokens":0,"usd":"1","estimatedUsd":"0.5"},
            "after":{"rows":2,"tokens":3,"usd":"4","estimatedUsd":"5"}}],"drift":["a note"]}
            """);

        run.Totals.Money.ShouldBe(SumsByBasis.Create(4, 5));
        var window = run.Windows.ShouldHaveSingleItem();
        (window.BilledUsd, window.EstimatedUsd, window.OtherUsd).ShouldBe((4m, 5m, null));
        window.Drift.ShouldBe(["a note"]);
        window.Differences.ShouldBe(
        [
            new SliceDifference(
                Day,
                "changed",
                new SliceTotals(1, 0) { Money = SumsByBasis.Create(1, 0.5m) },
                new SliceTotals(2, 3) { Money = SumsByBasis.Create(4, 5) }),
        ]);
    }

    [Fact]
    public void Money_of_other_bases_is_read_from_the_details_and_what_a_meter_shows_is_in_no_total()
    {
        var run = Run("""{"differences":null,"drift":[],"otherUsd":{"priced_usage":"0.25","cumulative":"9"}}""");

        run.Totals.Money.ShouldBe(SumsByBasis.Create(4, 5).With(CostBasis.PricedUsage, 0.25m));
        run.Windows.ShouldHaveSingleItem().Money.ShouldBe(run.Totals.Money.With(CostBasis.Cumulative, 9));
    }

    private static RunDocument Run(string details) => RunHistory.Document(
        "run",
        [
            new Row(new Dictionary<string, object?>
            {
                ["event"] =
                    RunHistory.WindowEnded,
                    ["mode"] = "production",
                    ["window_id"] = Window.Id,
                    ["vendor"] = Window.Vendor,
                ["account"] = Window.Account, ["report"] = Window.Report, ["window_start"] = Day, ["window_end"] = Day,
                ["state"] = "loaded", ["row_count"] = 2L, ["tokens"] = 3L, ["amount_usd"] = 4m, ["estimated_usd"] = 5m,
                ["load_id"] =
                    "load", ["attempt"] = 1L, ["reason"] = null, ["details"] = details, ["recorded_at"] = Morning,
            }),
        ],
        Morning);

    private static Window Window => new("anthropic", "acme", "cost", Day, Day);
}
