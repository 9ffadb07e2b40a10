using System.Globalization;
using EventPipeline.Benchmarks.Vendors;
using EventPipeline.EndToEndTests.Service;
using EventPipeline.Messages;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>
/// The service on Google's services, killed before and after every outside effect of a load, and started again.
/// </summary>
public sealed class CloudKillTests(CloudBench bench) : IClassFixture<CloudBench>
{
    public static TheoryData<string> PointsOfALoad => [.. KillPoint.OfALoad.Select(point => point.ToString())];

    public static TheoryData<string> PointsOfAMessage =>
        [.. KillPoint.OfALoad.Where(point => point.IsOfAWindow).Select(point => point.ToString())];

    public static TheoryData<string> PointsOfALargeLoad =>
        [.. KillPoint.OfALargeLoad.Select(point => point.ToString())];

    public static TheoryData<string> PointsOfARejection =>
        [.. KillPoint.OfARejection.Select(point => point.ToString())];

    [Theory]
    [MemberData(nameof(PointsOfALoad))]
    public async Task Killed_at_any_point_of_a_load_the_run_completes_and_every_row_is_there_once(string name)
    {
        bench.Require();
        var window = NextWindow();
        var runId = await KillAtAsync(KillPoint.OfALoad.Single(point => point.ToString() == name), window);

        var service = await bench.ServiceAsync();
        var run = await service.EndAsync(runId);

        run.Outcome.ShouldBe("completed");
        run.Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
        await bench.EveryMessageIsAcknowledgedAsync();
        await bench.ShouldHaveTruthAsync(bench.Vendors, window);
        (await service.DeadLettersAsync()).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(PointsOfAMessage))]
    public async Task Killed_at_any_point_of_a_message_of_several_windows_each_of_them_ends_and_every_row_is_there_once(
        string name)
    {
        bench.Require();
        var window = NextWindow(days: 1);
        var other = window with { Report = "cost" };
        var runId = $"by-hand-{window.From:yyyyMMdd}";
        await KillAtAsync(
            KillPoint.OfALoad.Single(point => point.ToString() == name),
            async () =>
            {
                await bench.PublishAsync(
                    "eventpipeline-fetch",
                    new
                    {
                        runId,
                        mode = "production",
                        vendor = window.Vendor,
                        windows = new[] { Requested(window), Requested(other) },
                    },
                    ("ce-specversion", "1.0"),
                    ("ce-id", runId),
                    ("ce-source", "//test"),
                    ("ce-type", FetchRequested.EventType),
                    ("content-type", "application/json"));
                return runId;
            });

        var service = await bench.ServiceAsync();
        await bench.EveryMessageIsAcknowledgedAsync();
        (await service.RunAsync(runId)).Windows.Select(ended => (ended.Report, ended.State)).ShouldBe(
            [("claude_code", "loaded"), ("cost", "loaded")], ignoreOrder: true);
        await bench.ShouldHaveTruthAsync(bench.Vendors, window);
        await bench.ShouldHaveTruthAsync(bench.Vendors, other);
        (await service.DeadLettersAsync()).ShouldBeEmpty();

        static object Requested(Window days) =>
            new { account = days.Account, report = days.Report, from = days.From, to = days.To };
    }

    [Theory]
    [MemberData(nameof(PointsOfALargeLoad))]
    public async Task Killed_while_rows_are_on_their_way_the_run_completes_and_every_row_is_there_once(string name)
    {
        bench.Require();
        const int rows = 70_000; // More than is held back.
        await using var vendor = await BulkVendor.StartAsync(rows, TestContext.Current.CancellationToken);
        var day = bench.NextDays(1);
        var window = new Window("anthropic", "bulk", "messages_usage", day, day);
        (string, string)[] settings = [.. vendor.Settings.Select(setting => (setting.Key, setting.Value))];
        await bench.KillServiceAsync();
        var runId = await KillAtAsync(
            KillPoint.OfALargeLoad.Single(point => point.ToString() == name), window, settings);

        var service = await bench.ServiceAsync(settings);
        (await service.EndAsync(runId)).Outcome.ShouldBe("completed");

        await bench.EveryMessageIsAcknowledgedAsync();
        var landed = (await bench.QueryAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT COUNT(*), COUNT(DISTINCT row_key), SUM(output_tokens) FROM usage "
                + $"WHERE report = 'messages_usage' AND usage_date = '{day:yyyy-MM-dd}'"))).ShouldHaveSingleItem();
        (landed[0].GetInt64(), landed[1].GetInt64()).ShouldBe((rows, rows));
        landed[2].ToString().ShouldBe(
            FormattableString.Invariant($"{Enumerable.Range(0, rows).Sum(row => (long)(row % 503))}"));
        await bench.KillServiceAsync();
    }

    [Theory]
    [MemberData(nameof(PointsOfARejection))]
    public async Task Killed_at_any_point_of_a_rejection_the_message_is_one_dead_letter_and_its_replay_loads(
        string name)
    {
        bench.Require();
        var window = NextWindow();
        await bench.Vendors.FailAsync(new
        {
            kind = "missing_field",
            field = "core_metrics",
            pathContains = "claude_code",
        });
        var runId = await KillAtAsync(KillPoint.OfARejection.Single(point => point.ToString() == name), window);

        var service = await bench.ServiceAsync();
        (await service.EndAsync(runId)).Outcome.ShouldBe("failed");
        var letter = (await Poll.ForAsync("the dead letter is stored", async () =>
            await service.DeadLettersAsync() is { Count: > 0 } letters ? letters : null)).ShouldHaveSingleItem();
        await bench.EveryMessageIsAcknowledgedAsync();

        await bench.Vendors.MendAsync();
        await service.ReplayAsync(letter.GetProperty("id").GetString()!);

        await Poll.UntilAsync(
            "the run is completed after all", async () => (await service.RunAsync(runId)).Outcome == "completed");
        await bench.EveryMessageIsAcknowledgedAsync();
        await bench.ShouldHaveTruthAsync(bench.Vendors, window);
        (await service.DeadLettersAsync()).ShouldBeEmpty();
    }

    /// <summary>Days later than those of every test before, so that no run reads another's again.</summary>
    private Window NextWindow(int days = 3)
    {
        var from = bench.NextDays(days);
        return new Window("anthropic", "SIMULATED-acme", "claude_code", from, from.AddDays(days - 1));
    }

    /// <summary>Asks for the window, waits until the service stands at the point, and kills it there.</summary>
    private Task<string> KillAtAsync(
        KillPoint point, Window window, params (string Name, string Value)[] settings) => KillAtAsync(
        point,
        () => bench.TriggerAsync(new
        {
            from = window.From,
            to = window.To,
            vendors = new[] { window.Vendor },
            accounts = new[] { window.Account },
            reports = new[] { window.Report },
        }),
        settings);

    private async Task<string> KillAtAsync(
        KillPoint point, Func<Task<string>> askAsync, params (string Name, string Value)[] settings)
    {
        if (point.Operation == "secrets.access")
        {
            await bench.KillServiceAsync(); // An instance that has run before has the key.
        }

        await bench.ServiceAsync(settings);
        var reached = point.Operation is { } operation
            ? ReachedAsync(
                await bench.Google.FaultAsync(operation, "hold", point.Contains, point.IsBefore ? "before" : "after"))
            : bench.Publishing.HoldAsync(point.Contains, point.IsBefore);
        var runId = await askAsync();
        await reached.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await bench.KillServiceAsync();
        await bench.Google.MendAsync();
        bench.Publishing.Release();
        return runId;
    }

    private Task ReachedAsync(int fault) =>
        Poll.UntilAsync("the service stands at the point", async () => await bench.Google.HitsAsync(fault) > 0);
}
