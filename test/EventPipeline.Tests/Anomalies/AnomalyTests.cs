using System.Diagnostics.Metrics;
using EventPipeline.Anomalies;
using EventPipeline.Load;
using EventPipeline.Telemetry;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Sql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Anomalies;

/// <summary>Every simulated vendor on ninety mornings, after ten weeks of which nothing is judged.</summary>
public sealed class AnomalyTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncDisposable
{
    private const int Judged = 90;

    private static readonly DateOnly First = new(2026, 8, 1);
    private static readonly DateOnly Last = First.AddDays(Judged - 1);

    private readonly LogLines _log = new();

    public ValueTask DisposeAsync()
    {
        _log.Dispose();
        return file.EmptyAsync();
    }

    [Fact]
    public async Task On_ninety_clean_days_nothing_is_found()
    {
        await new SimulatedMornings(1, First.AddDays(-70), Last).CommitAsync(file);

        (await new UnusualDays(file.Warehouse).FindAsync(
            WarehouseFixture.Dataset,
            First,
            Last,
            SimulatedMornings.Morning(First),
            TestContext.Current.CancellationToken)).Select(found => found.Reason).ShouldBeEmpty();
    }

    [Fact]
    public async Task Twenty_planted_ones_of_each_kind_are_all_found_on_their_mornings_and_nothing_else()
    {
        var mornings = new SimulatedMornings(1, First.AddDays(-70), Last, "SIMULATED-acme");
        var planted = Plant(mornings).ToList();
        planted.GroupBy(one => one.Kind).ShouldAllBe(kind => kind.Count() == 20);
        await mornings.CommitAsync(file);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var clock = new FakeTimeProvider(SimulatedMornings.Morning(First));
        var watch = new AnomalyWatch(
            file.Warehouse,
            Options.Create(new DatasetOptions()),
            new PipelineMetrics(services.GetRequiredService<IMeterFactory>(), clock),
            clock,
            new Logger<AnomalyWatch>(new LoggerFactory([_log])));

        for (var to = First; to <= Last; to = to.AddDays(1))
        {
            clock.AdjustTime(SimulatedMornings.Morning(to.AddDays(1)));
            await watch.LookAsync($"run-{to:yyyyMMdd}", to, [], TestContext.Current.CancellationToken);
        }

        var found = await file.AskAsync(
            "SELECT kind, vendor || '/' || account || COALESCE('/' || report, '') || ' ' || usage_date FROM anomalies");
        found.Select(row => $"{row[0]} {row[1]}").Except(planted.Select(one => one.ToString())).ShouldBeEmpty();
        planted.Select(one => one.ToString()).Except(found.Select(row => $"{row[0]} {row[1]}")).ShouldBeEmpty();
        found.Count.ShouldBe(planted.Count);
        _log.All.Count(line => line.StartsWith("Warning EventPipeline.Anomalies", StringComparison.Ordinal))
            .ShouldBe(planted.Count);
        _log.All.ShouldAllBe(line => !line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Credits_are_no_expense_and_the_first_money_is_one()
    {
        var facts = new Facts(file);
        for (var day = First; day < First.AddDays(30); day = day.AddDays(1))
        {
            await CommitAsync(day, "credited", day < First.AddDays(29) ? -5m : -4m);
            await CommitAsync(day, "free", day < First.AddDays(29) ? 0m : 0.01m);
        }

        (await new UnusualDays(file.Warehouse).FindAsync(
            WarehouseFixture.Dataset,
            First,
            First.AddDays(29),
            SimulatedMornings.Morning(First),
            TestContext.Current.CancellationToken)).Select(found => $"{found.Kind} {found.Whose.Account}")
            .ShouldBe(["cost free"]);

        Task CommitAsync(DateOnly day, string account, decimal usd) => facts.CommitAsync(
            $"{account}{day.DayNumber}",
            SimulatedMornings.Morning(day.AddDays(1)),
            ("usage_date", day),
            ("account_id", account),
            ("account", account),
            ("amount_usd", usd));
    }

    private static IEnumerable<Planted> Plant(SimulatedMornings mornings)
    {
        var acme = new Subject("anthropic", "SIMULATED-acme", "cost");
        var openai = new Subject("openai", "SIMULATED-acme", "cost");
        var days = Enumerable.Range(0, Judged).Select(First.AddDays)
            .Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)).Take(60).ToList();
        foreach (var (i, day) in days.Index())
        {
            var subject = (i / 6 % 3) switch
            {
                0 => acme with { Report = "messages_usage" },
                1 => openai with { Report = "completions_usage" },
                _ => new Subject("litellm", "SIMULATED-acme", "daily_activity"),
            };
            var factor = i % 2 == 0 ? 12 : 0.02m;
            switch (i % 6)
            {
                case 0 or 3:
                    mornings.Change(subject, day, version => version with { Rows = 0, Tokens = 0, Usd = 0 });
                    yield return new Planted("empty_day", subject.ToString(), day);
                    break;
                case 1 or 4:
                    mornings.Change(
                        subject, day, version => version with { Tokens = (long)(version.Tokens * factor) });
                    yield return new Planted("volume", subject.ToString(), day);
                    break;
            }
        }

        foreach (var (i, day) in days.Index().Where(one => one.Index % 3 == 1).Take(20))
        {
            mornings.Change(openai, day, version => version with { Usd = version.Usd + 300 });
            yield return new Planted("cost", $"{openai.Vendor}/{openai.Account}", day);
        }

        foreach (var (i, day) in days.Index().Where(one => one.Index % 3 == 2).Take(20))
        {
            // A vendor is done with a day after 30 at most; a read of the same numbers makes it a settled one.
            mornings.ReadAgain(
                acme,
                day,
                i % 2 == 0
                    ? [(day.AddDays(5), version => version with { Usd = version.Usd / 10 })]
                    :
                    [
                        (day.AddDays(35), version => version),
                        (day.AddDays(36), version => version with { Usd = version.Usd + 0.01m }),
                    ]);
            yield return new Planted("restatement", acme.ToString(), day);
        }
    }

    private sealed record Planted(string Kind, string Whose, DateOnly Day)
    {
        public override string ToString() => $"{Kind} {Whose} {Day:yyyy-MM-dd}";
    }
}
