using System.Globalization;

namespace EventPipeline.Tests.Scale;

/// <summary>
/// Runs of 1 to 1,000 accounts of every vendor, by the real planner and budget: <c>docs/scale.md</c> shows what they
/// come to, and nothing is above what Google allows.
/// </summary>
public sealed class ScaleTests
{
    private static readonly int[] Sizes = [1, 20, 200, 1_000];

    private static readonly Lazy<IReadOnlyList<Scenario>> All = new(() =>
    [
        .. Sizes.Select(Scenario.Daily),
        .. Sizes.Select(Scenario.Restated),
        .. Sizes.Select(Scenario.Year),
    ]);

    public static TheoryData<string, int> Scenarios =>
    [
        .. from name in (string[])["daily run", "restated week", "year's backfill"]
           from size in Sizes
           select (name, size),
    ];

    [Theory, MemberData(nameof(Scenarios))]
    public void Nothing_is_above_its_quota(string name, int accounts)
    {
        var scenario = All.Value.Single(one => (one.Name, one.Accounts) == (name, accounts));

        foreach (var morning in scenario.Mornings)
        {
            morning.Loads.ShouldBeLessThanOrEqualTo(1_500 * 8 / 10);
            morning.Partitions.ShouldBeLessThanOrEqualTo(30_000);
            morning.AllLoads.ShouldBeLessThanOrEqualTo(100_000);
            morning.LargestQuery.ShouldBeLessThan(100 * Costs.Gibibyte);
            morning.Attempts.ShouldBeLessThan(10, "a message has thirty deliveries");
            morning.Seconds.ShouldBeLessThan(TimeSpan.FromHours(20).TotalSeconds);
        }
    }

    [Fact]
    public void A_daily_run_that_has_a_load_job_for_each_window_gives_each_one()
    {
        var day = Scenario.Daily(10).Mornings.ShouldHaveSingleItem();

        day.Messages.ShouldBe(day.Windows);
    }

    [Fact]
    public async Task The_documentation_shows_what_runs_come_to()
    {
        var table = Table();
        var page = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root.FullName, "docs", "scale.md"), TestContext.Current.CancellationToken);

        page.ShouldContain(table, customMessage: $"docs/scale.md should show:\n{table}");
    }

    private static string Table() => string.Join('\n', (string[])
    [
        "| run | accounts of each vendor | days | windows | messages | requests of vendors "
            + "| load jobs of a table (1,500) | changes of partitions (30,000) | billed | largest query (100 GiB) "
            + "| dollars | instance-hours | hours |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        .. All.Value.Select(Line),
    ]);

    private static string Line(Scenario scenario)
    {
        var days = scenario.Mornings;
        return string.Join(
            " | ",
            $"| {scenario.Name}",
            Number(scenario.Accounts),
            Number(days.Count),
            Number(days.Sum(day => day.Windows)),
            Number(days.Sum(day => day.Messages)),
            Number(days.Sum(day => day.Requests)),
            Number(days.Max(day => day.Loads)),
            Number(days.Max(day => day.Partitions)),
            Size(days.Sum(day => day.Bytes)),
            Size(days.Max(day => day.LargestQuery)),
            string.Create(CultureInfo.InvariantCulture, $"{days.Sum(day => day.Dollars):0.00}"),
            Hours(days.Sum(day => day.InstanceSeconds)),
            $"{Hours(days.Max(day => day.Seconds))} |");
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Hours(double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.00}");

    private static string Size(double bytes) => bytes switch
    {
        >= Costs.Tebibyte => string.Create(CultureInfo.InvariantCulture, $"{bytes / Costs.Tebibyte:0.0} TiB"),
        >= Costs.Gibibyte => string.Create(CultureInfo.InvariantCulture, $"{bytes / Costs.Gibibyte:0.0} GiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / Costs.Mebibyte:0} MiB"),
    };
}
