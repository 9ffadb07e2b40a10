using System.Globalization;
using EventPipeline.Google.Schema;
using EventPipeline.Tests;

namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>
/// What questions cost, asked of every view over three years of data: <c>docs/scale.md</c> shows these figures, and
/// <c>docs/data.md</c> those of fewer rows.
/// </summary>
public sealed class QueryCostTests(LargeDataset dataset) : IClassFixture<LargeDataset>
{
    private const int Days = 30;

    // 40 slices a day make ten million rows in three years.
    private const long FewRowsPerSlice = 228;
    private const decimal DollarsPerTebibyte = 6.25m;
    private const long Tebibyte = 1L << 40;

    // A name may have been seen last on any day: these read the names of all days.
    private static readonly Dictionary<string, string> WithNames = new()
    {
        ["entity"] = "entity",
        ["focus"] = "entity",
        ["id_names"] = "id_names",
        ["daily_cost"] = "id_names",
        ["daily_usage"] = "id_names",
        ["attributed_cost"] = "id_names",
        ["attribution"] = "id_names",
    };

    private static readonly string[] OfFacts =
    [
        "activity",
        "cost_all",
        "seat",
        "usage",
        "usage_event",
        "cost",
        "cost_estimated",
        "daily_cost",
        "daily_cost_all",
        "drift",
        "daily_usage",
        "focus",
        "attributed_cost",
        "attribution",
    ];

    public static TheoryData<string> Views => [.. Question.All.Select(question => question.View)];

    public static TheoryData<string> FactViews => [.. OfFacts];

    [Fact]
    public void Every_view_is_asked() =>
        Question.All.Select(question => question.View)
            .ShouldBe(ExpectedSchema.Read().Views.Select(view => view.Name), ignoreOrder: true);

    [Theory, MemberData(nameof(Views))]
    public async Task A_question_about_the_last_month_reads_less_than_a_hundredth_of_everything(string view)
    {
        var month = await dataset.AskAsync(Find(view).OfDays(LargeDataset.FirstOfLastMonth, LargeDataset.LastDay));
        var names = WithNames.TryGetValue(view, out var from)
            ? await dataset.AskAsync(Find(from).OfAll)
            : new QueryCost(0, 0);

        // It groups by a dozen columns of the largest table, and reads them all whichever are asked for; of who spent
        // it, costs are read too.
        var most = view is "daily_usage" or "attributed_cost" or "attribution" ? 11 : 10;
        (month.Billed - names.Bytes).ShouldBeLessThan(dataset.Whole * most / 1000);
        names.Bytes.ShouldBeLessThan(dataset.Whole * 8 / 100);
    }

    [Theory, MemberData(nameof(FactViews))]
    public async Task A_filter_of_days_reads_these_days_of_the_facts_and_no_other(string view)
    {
        var day = (await dataset.AskAsync(Find(view).OfDays(LargeDataset.LastDay, LargeDataset.LastDay))).Bytes;
        var month = (await dataset.AskAsync(
            Find(view).OfDays(LargeDataset.FirstOfLastMonth, LargeDataset.LastDay))).Bytes;
        var all = (await dataset.AskAsync(Find(view).OfDays(LargeDataset.FirstDay, LargeDataset.LastDay))).Bytes;
        var years = LargeDataset.LastDay.DayNumber - LargeDataset.FirstDay.DayNumber + 1;

        // Whatever is read besides is read once, for one day as for all.
        var factsOfADay = (month - day) / (Days - 1);
        factsOfADay.ShouldBeGreaterThan(0);
        (all - day - ((years - 1) * factsOfADay)).ShouldBeInRange(-years, years);
    }

    [Theory, MemberData(nameof(FactViews))]
    public async Task A_question_without_a_date_is_refused(string view)
    {
        var table = view switch
        {
            "activity" or "seat" or "usage_event" => view,
            "usage" or "daily_usage" => "usage",
            _ => "cost",
        };

        (await dataset.RefusalAsync(Find(view).OfAll)).ShouldBe(
            $"Cannot query over table '{WarehouseServer.Project}.{LargeDataset.Name}.{table}_versions' without a "
                + "filter over column(s) 'usage_date' that can be used for partition elimination");
    }

    [Fact]
    public async Task Focus_is_filtered_by_its_own_day_and_by_no_time()
    {
        const string ask = $"SELECT SUM(BilledCost) AS usd FROM {LargeDataset.Name}.focus WHERE ";
        const string byTime = $"{ask}ChargePeriodStart >= TIMESTAMP '2026-11-01 00:00:00'";

        (await dataset.RefusalAsync(byTime)).ShouldContain("'usage_date'");
        (await dataset.RefusalAsync($"{byTime} AND x_UsageDate >= DATE '2026-11-01'")).ShouldBe("");
    }

    [Fact]
    public async Task The_documentation_shows_what_questions_cost()
    {
        var table = await TableAsync();

        (await PageAsync("scale.md")).ShouldContain(table, customMessage: $"docs/scale.md should show:\n{table}");
    }

    [Fact]
    public async Task The_documentation_shows_what_the_last_month_costs_of_ten_million_rows()
    {
        string table;
        await dataset.ArrangeAsync(FewRowsPerSlice);
        try
        {
            table = await TableOfFewRowsAsync();
        }
        finally
        {
            await dataset.ArrangeAsync(LargeDataset.RowsPerSlice);
        }

        (await PageAsync("data.md")).ShouldContain(table, customMessage: $"docs/data.md should show:\n{table}");
    }

    private static Question Find(string view) => Question.All.Single(question => question.View == view);

    private static Task<string> PageAsync(string name) => File.ReadAllTextAsync(
        Path.Combine(Repository.Root.FullName, "docs", name), TestContext.Current.CancellationToken);

    private async Task<string> TableOfFewRowsAsync()
    {
        List<string> lines = ["| view | question | bytes read | billed |", "| --- | --- | ---: | ---: |"];
        foreach (var question in Question.All)
        {
            var month = await dataset.AskAsync(question.OfDays(LargeDataset.FirstOfLastMonth, LargeDataset.LastDay));
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| `{question.View}` | {question.About} | {month.Bytes:N0} | {Size(month.Billed)} |"));
        }

        return string.Join('\n', lines);
    }

    private async Task<string> TableAsync()
    {
        List<string> lines =
        [
            "| view | question | one day | last month | of everything | dollars | last month, every column | no date |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ];
        foreach (var question in Question.All)
        {
            var all = OfFacts.Contains(question.View) ? null : await dataset.AskAsync(question.OfAll);
            var month = await AskAsync(question.OfDays);
            lines.Add(string.Join(
                " | ",
                $"| `{question.View}`",
                question.About,
                question.Day is null ? "" : Size((await AskAsync(question.OfDays, LargeDataset.LastDay)).Billed),
                question.Day is null ? "" : Size(month.Billed),
                Share(month.Billed),
                Dollars(month.Billed),
                question.Day is null ? "" : Share((await AskAsync(question.EveryColumn)).Billed),
                $"{(all is null ? "refused" : Size(all.Billed))} |"));
        }

        lines.Add("");
        lines.Add($"Everything is {Size(dataset.Whole)}, {Dollars(dataset.Whole)}.");
        return string.Join('\n', lines);

        Task<QueryCost> AskAsync(Func<DateOnly, DateOnly, string> question, DateOnly? first = null) =>
            dataset.AskAsync(question(first ?? LargeDataset.FirstOfLastMonth, LargeDataset.LastDay));
    }

    private static string Size(long bytes) => bytes switch
    {
        >= Tebibyte => string.Create(CultureInfo.InvariantCulture, $"{(decimal)bytes / Tebibyte:0.00} TiB"),
        >= 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{(decimal)bytes / (1 << 30):0.0} GiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB"),
    };

    private string Share(long bytes) => string.Create(
        CultureInfo.InvariantCulture, $"{100m * bytes / dataset.Whole:0.00} %");

    private static string Dollars(long bytes) => string.Create(
        CultureInfo.InvariantCulture, $"${bytes * DollarsPerTebibyte / Tebibyte:0.0000}");
}
