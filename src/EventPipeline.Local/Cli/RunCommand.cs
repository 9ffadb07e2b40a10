using System.Text.Json;
using EventPipeline.Hosting;
using EventPipeline.Ledger;
using Spectre.Console;

namespace EventPipeline.Local.Cli;

/// <summary>
/// Plays the scheduler's tick once over HTTP, against the service that works in the folder or one of its own, and waits for the run to end.
/// </summary>
internal static class RunCommand
{
    public static async Task<int> ExecuteAsync(LocalSettings settings, RunArguments arguments, bool json, CancellationToken cancellationToken)
    {
        var folder = DataFolder.Open(settings.Folder, !LocalService.HasConfiguredAccounts(LocalService.Settings()));
        if (folder.TryLock() is not { } taken)
        {
            return settings.Now is null
                ? await AskAsync(await RunningService.AddressAsync(folder, cancellationToken), folder, arguments, json, cancellationToken)
                : throw new UsageException($"A service is working in {folder.Path}, and --now belongs to it. Stop it, or give --now to it.");
        }

        await using var service = await LocalService.StartAsync(folder, taken, settings, 0, LogLevel.Error, cancellationToken);
        return await AskAsync(service.Address, folder, arguments, json, cancellationToken);
    }

    private static async Task<int> AskAsync(Uri address, DataFolder folder, RunArguments arguments, bool json, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address };
        using var answer = await http.PostAsJsonAsync("run-daily-job", arguments.ToBody(), cancellationToken);
        await RunningService.ThrowIfRefusedAsync(answer, cancellationToken);

        var run = await FollowAsync(http, answer.Headers.Location!, json, cancellationToken);
        if (json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(run, ApiJson.Options));
        }
        else
        {
            RunTable.Write(AnsiConsole.Console, run, folder);
        }

        return run.Outcome == "completed" ? 0 : 1;
    }

    private static async Task<RunDocument> FollowAsync(HttpClient http, Uri location, bool quiet, CancellationToken cancellationToken)
    {
        var progress = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(quiet ? TextWriter.Null : Console.Error) });
        return await progress.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("Planning the run", autoStart: true);
                using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
                while (true)
                {
                    var run = (await http.GetFromJsonAsync<RunDocument>(location, ApiJson.Options, cancellationToken))!;
                    if (run.Windows.Count > 0)
                    {
                        task.MaxValue = run.Windows.Count;
                        task.Value = run.Windows.Count - run.Pending;
                        task.Description = Progress(run);
                    }

                    if (run.Outcome is not null || run.State == RunDocument.Stalled)
                    {
                        task.Value = task.MaxValue;
                        return run;
                    }

                    await tick.WaitForNextTickAsync(cancellationToken);
                }
            });
    }

    private static string Progress(RunDocument run)
    {
        var done = $"Reading: {run.Windows.Count - run.Pending} of {run.Windows.Count} windows, {run.Totals.Rows} rows";
        var trouble = run.Windows.FirstOrDefault(window => window.State == WindowDocument.Pending && window.Reason is not null)?.Reason;
        return trouble is null ? done : $"{done} [yellow]({Markup.Escape(trouble.Length > 100 ? $"{trouble[..100]}…" : trouble)})[/]";
    }
}
