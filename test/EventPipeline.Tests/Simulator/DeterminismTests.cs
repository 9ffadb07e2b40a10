using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class DeterminismTests
{
    private const string Usage =
        "usage_report/messages?starting_at=2026-11-01T00:00:00Z&limit=31&group_by[]=model&group_by[]=workspace_id";

    public static TheoryData<string> Addresses =>
    [
        Usage,
        "cost_report?starting_at=2026-11-01T00:00:00Z&limit=31&group_by[]=description",
        "usage_report/claude_code?starting_at=2026-11-20&limit=1000",
        "users",
    ];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task The_same_seed_and_time_give_the_same_bytes_in_another_process_life(string address)
    {
        await using var one = await StartAsync(seed: 11);
        await using var two = await StartAsync(seed: 11);
        await using var other = await StartAsync(seed: 12);
        using var first = one.Anthropic();
        using var second = two.Anthropic();
        using var third = other.Anthropic();

        var expected = await first.GetStringAsync(address, TestContext.Current.CancellationToken);

        (await second.GetStringAsync(address, TestContext.Current.CancellationToken)).ShouldBe(expected);
        (await first.GetStringAsync(address, TestContext.Current.CancellationToken)).ShouldBe(expected);
        (await third.GetStringAsync(address, TestContext.Current.CancellationToken)).ShouldNotBe(expected);
    }

    [Fact]
    public async Task A_young_day_is_restated_until_it_is_four_days_old_and_then_never_again()
    {
        await using var simulator = await StartAsync(now: new DateTimeOffset(2026, 11, 18, 6, 0, 0, TimeSpan.Zero));
        using var anthropic = simulator.Anthropic();
        using var openAI = simulator.OpenAI();
        var versions = new List<(string Usage, string Cost, string Code, string Completions, string Costs)>();

        for (var age = 1; age <= 8; age++)
        {
            versions.Add((
                await TextAsync(
                    anthropic, "usage_report/messages?starting_at=2026-11-17T00:00:00Z&limit=1&group_by[]=api_key_id"),
                await TextAsync(
                    anthropic,
                    "cost_report?starting_at=2026-11-17T00:00:00Z&ending_at=2026-11-18T00:00:00Z"
                        + "&group_by[]=description"),
                await TextAsync(anthropic, "usage_report/claude_code?starting_at=2026-11-17&limit=1000"),
                await TextAsync(
                    openAI,
                    $"usage/completions?start_time={Unix("2026-11-17")}&end_time={Unix("2026-11-18")}&group_by=model"),
                await TextAsync(
                    openAI,
                    $"costs?start_time={Unix("2026-11-17")}&end_time={Unix("2026-11-18")}&group_by=line_item")));
            simulator.Clock.Advance(TimeSpan.FromDays(1));
        }

        foreach (var texts in new[]
        {
            versions.Select(
                v =>
                    v.Usage[..v.Usage.IndexOf("next_page", StringComparison.Ordinal)]
                        .Replace("\"has_more\":true", "\"has_more\":false", StringComparison.Ordinal)),
            versions.Select(v => v.Cost),
            versions.Select(v => v.Code),
            versions.Select(v => v.Completions),
            versions.Select(v => v.Costs),
        }.Select(t => t.ToList()))
        {
            texts.Take(4).Distinct().Count().ShouldBe(4);
            texts.Skip(3).Distinct().Count().ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_restatement_adds_rows_and_takes_rows_away()
    {
        await using var simulator = await StartAsync(now: new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero));
        using var client = simulator.Anthropic();
        var (came, went) = (0, 0);

        for (var day = new DateOnly(2026, 10, 1); day < new DateOnly(2026, 11, 20); day = day.AddDays(4))
        {
            simulator.Clock.SetUtcNow(new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero));
            var young = await KeysAsync(day);
            simulator.Clock.SetUtcNow(new DateTimeOffset(day.AddDays(4), TimeOnly.MinValue, TimeSpan.Zero));
            var old = await KeysAsync(day);
            came += old.Except(young).Count();
            went += young.Except(old).Count();
        }

        came.ShouldBeGreaterThan(0);
        went.ShouldBeGreaterThan(0);

        async Task<HashSet<string>> KeysAsync(DateOnly day) =>
            [
                .. Rows(
                    await PagesAsync(
                        client, $"usage_report/messages?starting_at={day:yyyy-MM-dd}T00:00:00Z&ending_at={day.AddDays(1):yyyy-MM-dd}T00:00:00Z"
                + "&group_by[]=api_key_id&group_by[]=model&group_by[]=service_tier&group_by[]=account_id"))
                .Select(row => $"{row["api_key_id"]}/{row["model"]}/{row["service_tier"]}/{row["account_id"]}")];
    }

    private static Task<string> TextAsync(HttpClient client, string address) =>
        client.GetStringAsync(address, TestContext.Current.CancellationToken);
}
