using System.Diagnostics;
using System.Globalization;
using System.Text;
using EventPipeline.Benchmarks.Programs;
using EventPipeline.Benchmarks.Reporting;

namespace EventPipeline.Benchmarks.Plan;

/// <summary>
/// What it takes to plan a year of very many accounts: a hundred thousand windows, of which the day's load jobs let few
/// be published. Nobody reads them.
/// </summary>
internal static class PlanTopic
{
    public static async Task<IReadOnlyList<Table>> MeasureAsync(Bench bench, CancellationToken cancellationToken)
    {
        var table = new Table("A plan of a year");
        var windows = table.Add("windows", "windows");
        var published = table.Add("of them published at once", "windows");
        var clock = table.Add("on the clock", "s");
        var peak = table.Add("peak of the process", "MB", null, Goal.AtMost(256));
        var writes = table.Add("load jobs and inserts", "jobs");
        for (var round = 1; round <= bench.Rounds; round++)
        {
            await Bench.TellAsync($"A plan: round {round} of {bench.Rounds} …");
            await using var cloud = await Cloud.StartAsync(
                bench, Accounts(bench.Size(full: 750, smoke: 5)), cancellationToken);
            await using var service = await cloud.StartServiceAsync(cancellationToken);
            await cloud.Google.ForgetRequestsAsync(cancellationToken);
            var began = Stopwatch.GetTimestamp();
            var status = await service.PushAsync("events/run-requested", Trigger, Year, cancellationToken);
            clock.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            if (status != 204)
            {
                throw new InvalidOperationException($"The trigger was answered {status}.\n{service.Process.Said}");
            }

            peak.Add(service.Process.PeakMegabytes);
            var operations = await cloud.Google.OperationsAsync(cancellationToken);
            writes.Add(operations.Count(operation => operation is "jobs.insert" or "jobs.upload.finish"));
            windows.Add(await CountAsync("state IS NULL OR state = 'waiting'"));
            published.Add(await CountAsync("state IS NULL"));

            Task<long> CountAsync(string which) => cloud.Google.CountAsync(
                $"SELECT COUNT(*) FROM run_events WHERE event = 'window_planned' AND ({which})", cancellationToken);
        }

        return [table];
    }

    private static IReadOnlyDictionary<string, string> Trigger { get; } = new Dictionary<string, string>
    {
        ["ce-specversion"] = "1.0",
        ["ce-id"] = "a-year",
        ["ce-source"] = "//benchmark",
        ["ce-type"] = "eventpipeline.run.requested.v1",
        ["ce-time"] = "2026-11-28T06:00:00Z",
    };

    private static byte[] Year { get; } = Encoding.UTF8.GetBytes("""{"from":"2025-11-30","to":"2026-11-27"}""");

    private static Dictionary<string, string> Accounts(int count)
    {
        var settings = new Dictionary<string, string>();
        for (var account = 0; account < count; account++)
        {
            var number = account.ToString(CultureInfo.InvariantCulture);
            settings[$"Vendors__OpenAI__Accounts__{number}__Name"] = $"account-{number}";
            settings[$"Vendors__OpenAI__Accounts__{number}__Secret"] = $"env:OPENAI_KEY_{number}";
            settings[$"OPENAI_KEY_{number}"] = $"sk-admin-{number}";
        }

        return settings;
    }
}
