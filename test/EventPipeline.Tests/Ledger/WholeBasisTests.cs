using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EventPipeline.Google.PubSub;
using EventPipeline.Messages;
using EventPipeline.Tests.Google;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Telemetry;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Tests.Ledger;

/// <summary>Money of other bases is told wherever billed money is, and a meter's nowhere.</summary>
[Collection(nameof(Alone))]
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class WholeBasisTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 1, 1);
    private readonly CloudLines _lines = new(TimeProvider.System);
    private readonly ConcurrentQueue<OutgoingMessage> _told = [];
    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync(
        accounts: [("Metered", "acme", "a-test-key")],
        configure: builder =>
        {
            builder.Logging.AddProvider(_lines);
            builder.Services.AddSingleton(Metered.Self);
            builder.Services.AddKeyedSingleton<IVendorConnector, Metered>(Metered.Self.Name);
            builder.Services.AddScoped<PublishMessages>(provider => async (topic, messages, cancellationToken) =>
            {
                await provider.GetRequiredService<PubSubPublisher>().PublishAsync(topic, messages, cancellationToken);
                foreach (var message in topic == Topic.Completed ? messages : [])
                {
                    _told.Enqueue(message);
                }
            });
        });

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _lines.Dispose();
    }

    [Fact]
    public async Task A_basis_of_its_own_is_told_by_document_message_log_and_metric_and_added_to_no_other()
    {
        var run = await _host.RunAsync("metered", "spend", Day, Day.AddDays(1));

        var money = SumsByBasis.Create(20, 0).With(CostBasis.PricedUsage, 3.000000000000000002m);
        run.Totals.ShouldBe(new RunTotals(2, 4, 0) { Money = money });
        run.Windows.ShouldHaveSingleItem().Money.ShouldBe(money);
        var document = await _host.GetAsync($"runs/{run.RunId}");
        foreach (var told in new[]
        {
            document.GetProperty("totals"), document.GetProperty("windows")[0], Told().GetProperty("totals"),
        })
        {
            told.GetProperty("usd").GetString().ShouldBe("20");
            told.GetProperty("estimatedUsd").GetString().ShouldBe("0");
            told.GetProperty("otherUsd").GetProperty("priced_usage").GetString().ShouldBe("3.000000000000000002");
        }

        foreach (var line in new[] { _lines.Of("window.ended").Single(), _lines.Of("run.completed").Single() })
        {
            line.GetProperty("usd").GetDecimal().ShouldBe(20);
            line.GetProperty("otherUsd").GetProperty("priced_usage").GetDecimal().ShouldBe(3.000000000000000002m);
        }

        var scrape = await ScrapeAsync();
        scrape.Sum("eventpipeline_cost", ("basis", "billed")).ShouldBe(20);
        scrape.Sum("eventpipeline_cost", ("basis", "estimated")).ShouldBe(0);
        scrape.Sum("eventpipeline_cost", ("basis", "priced_usage")).ShouldBe(3);
        (await _host.ValueAsync("SELECT SUM(amount_usd) FROM daily_cost")).ShouldBe(20m);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_with_the_money_of_every_basis()
    {
        var lost = 0;
        _host.Warehouse.After = statement =>
        {
            if (statement.Name == "insert_slice_versions" && lost++ == 0)
            {
                throw new IOException("The answer was lost.");
            }
        };

        var run = await _host.RunAsync("metered", "spend", Day, Day.AddDays(1));

        (run.State, lost).ShouldBe(("completed", 1));
        run.Totals.Money.ShouldBe(SumsByBasis.Create(20, 0).With(CostBasis.PricedUsage, 3.000000000000000002m));
    }

    [Fact]
    public async Task A_meter_is_read_on_the_runs_day_and_in_no_total()
    {
        var run = await _host.RunAsync("metered", "meter", Day, Day.AddDays(1));

        var window = run.Windows.ShouldHaveSingleItem();
        (window.From, window.To, window.State, window.Rows).ShouldBe((_host.Today, _host.Today, "loaded", 2L));
        (run.Totals.Rows, run.Totals.Money).ShouldBe((2L, SumsByBasis.None));
        Told().GetProperty("totals").TryGetProperty("otherUsd", out _).ShouldBeFalse();
        var scrape = await ScrapeAsync();
        scrape.Sum("eventpipeline_rows_total").ShouldBe(2);
        scrape.Sum("eventpipeline_cost").ShouldBe(0);
        scrape.Sum("eventpipeline_cost", ("basis", "cumulative")).ShouldBeNull();
        (await _host.ValueAsync("SELECT SUM(amount_usd) FROM cost_all WHERE basis = 'cumulative'"))
            .ShouldBe(11.500000000000000001m);
        (await _host.CountAsync("cost")).ShouldBe(0);
        (await _host.CountAsync("focus")).ShouldBe(0);
    }

    private JsonElement Told() => JsonDocument.Parse(_told.ShouldHaveSingleItem().Data).RootElement;

    private async Task<Scrape> ScrapeAsync() => new(
        await _host.Http.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken));

    /// <summary>A vendor with a report of two bases, and a meter.</summary>
    private sealed class Metered : IVendorConnector
    {
        private static readonly Report Meter = new("meter", ReportKind.Meter, 1, 0);

        public static Vendor Self { get; } = new(
            "metered",
            "Metered",
            new Uri("https://api.metered.example/"),
            [new Report("spend", ReportKind.Daily, 7, 3), Meter])
        {
            Focus = new FocusNames("Metered", "Metered API", "Team"),
        };

        public Vendor Vendor => Self;

        public Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken) =>
            Task.FromResult(OrganizationIds.None);

        public async IAsyncEnumerable<VendorItem> FetchAsync(
            FetchContext fetch, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            foreach (var day in fetch.Window.EachDay())
            {
                yield return new BucketArrived(day);
                var (one, other) = fetch.Window.Report == Meter.Name
                    ? (CostBasis.Cumulative, CostBasis.Cumulative)
                    : (CostBasis.Billed, CostBasis.PricedUsage);
                yield return Row(fetch, day, one, "a", 10);
                yield return Row(fetch, day, other, "b", 1.500000000000000001m);
            }
        }

        private static CostRecord Row(FetchContext fetch, DateOnly day, string basis, string line, decimal usd) => new()
        {
            RowKey = NaturalKey.Create(fetch, "line.v1", day, ("line", line)),
            Vendor = Self.Name,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = "line.v1",
            UsageDate = day,
            BucketStart = day.Start(),
            BucketWidth = Bucket.DayWidth,
            LineItem = line,
            AmountUsd = usd,
            Currency = "USD",
            Basis = basis,
        };
    }
}
