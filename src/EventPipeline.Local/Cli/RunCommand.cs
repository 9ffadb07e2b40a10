using System.Text.Json;
using System.Text.Json.Nodes;
using EventPipeline.Commands;
using EventPipeline.DeadLetters;
using EventPipeline.Ledger;
using EventPipeline.Local.Broker;
using EventPipeline.Local.Service;
using EventPipeline.Local.Shared;
using Spectre.Console;

namespace EventPipeline.Local.Cli;

/// <summary>
/// Triggers one run over HTTP, as Cloud Scheduler would, in the service that already uses the folder or in one that it
/// starts, and waits for the run to end.
/// </summary>
internal static class RunCommand
{
    public static async Task<int> ExecuteAsync(
        LocalSettings settings, JsonObject body, bool json, CancellationToken cancellationToken)
    {
        var folder = DataFolder.Open(settings.Folder, !LocalService.HasConfiguredAccounts(LocalService.Settings()));
        if (folder.TryLock() is not { } taken)
        {
            return await AskAsync(
                await RunningService.AddressAsync(folder, settings, cancellationToken),
                folder,
                body,
                json,
                cancellationToken);
        }

        await using var service = await LocalService.StartAsync(
            folder, taken, settings, 0, LogLevel.Error, cancellationToken);
        return await AskAsync(
            service.Address, folder, body, json, cancellationToken, service.Services.GetService<LocalBroker>());
    }

    private static async Task<int> AskAsync(
        Uri address,
        DataFolder folder,
        JsonObject body,
        bool json,
        CancellationToken cancellationToken,
        LocalBroker? broker = null)
    {
        using var http = new HttpClient { BaseAddress = address };
        using var answer = await http.PostAsJsonAsync("run-daily-job", body, cancellationToken);
        await RunningService.ThrowIfRefusedAsync(answer, cancellationToken);
        var runId = answer.Headers.Location!.OriginalString.Split('/')[^1];
        RunDocument run;
        try
        {
            run = await FollowAsync(http, answer.Headers.Location!, json, broker, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(
                broker is null
                    ? $"Run {runId} goes on in the service at {address}: `runs watch {runId}` follows it."
                    : $"Run {runId} has not ended. Its messages are kept in {folder.Path}: the next `run` or `serve` "
                        + "goes on with it.");
            throw;
        }
        catch (Exception gone) when (IsGone(gone, cancellationToken))
        {
            await Console.Error.WriteLineAsync(
                $"The service at {address} no longer responds ({gone.Message}); run {runId} has not ended. "
                    + $"Its messages are kept: start it again on {folder.Path} to continue.");
            return 1;
        }

        if (json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(run, ApiJson.Options));
        }
        else
        {
            await RunTable.WriteAsync(AnsiConsole.Console, run, folder);
        }

        if (run.Outcome != "completed")
        {
            await TellWhyAsync(http, run, cancellationToken);
        }

        return RunWatch.ExitCodeOf(run);
    }

    private static async Task<RunDocument> FollowAsync(
        HttpClient http, Uri location, bool quiet, LocalBroker? broker, CancellationToken cancellationToken)
    {
        var progress = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(quiet ? TextWriter.Null : Console.Error),
        });
        return await progress.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("Planning the run", autoStart: true);
                using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
                while (true)
                {
                    // Checked before the run is: a message no longer outstanding has already recorded in the run how it
                    // ended.
                    var isWorkedOn = broker?.CountOutstanding().Values.Any(count => count > 0) ?? true;
                    var run = (await http.GetFromJsonAsync<RunDocument>(location, ApiJson.Options, cancellationToken))!;
                    if (run.Windows.Count > 0)
                    {
                        task.MaxValue = run.Windows.Count;
                        task.Value = run.Windows.Count - run.Pending;
                        task.Description = Progress(run);
                    }

                    if (RunWatch.IsOver(run) || !isWorkedOn)
                    {
                        task.Value = task.MaxValue;
                        return run;
                    }

                    await tick.WaitForNextTickAsync(cancellationToken);
                }
            });
    }

    /// <summary>Explains on standard error why a run failed or stalled.</summary>
    private static async Task TellWhyAsync(HttpClient http, RunDocument run, CancellationToken cancellationToken)
    {
        if (run.State is RunDocument.Paused or RunDocument.Waiting)
        {
            await Console.Error.WriteLineAsync(run.Reason);
        }
        else if (run.Outcome is null)
        {
            await Console.Error.WriteLineAsync(
                $"Run {run.RunId} has stalled: it has no messages left, and "
                + $"{run.Pending} of its {run.Windows.Count} windows have not ended. Request its days again.");
        }

        var letters = await http.GetFromJsonAsync<IReadOnlyList<DeadLetterSummary>>(
            "dead-letters?state=open", ApiJson.Options, cancellationToken);
        foreach (var letter in letters!.Where(letter => letter.LastSeen >= run.RequestedAt))
        {
            await Console.Error.WriteLineAsync(
                $"Dead letter {letter.Id}: {letter.Reason} {letter.Hint}\n"
                    + $"  Then replay it: dead-letters replay {letter.Id}");
        }
    }

    /// <summary>Whether the service went away, or is too busy to report on the run.</summary>
    private static bool IsGone(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException { StatusCode: null }
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string Progress(RunDocument run)
    {
        var done = $"Reading: {run.Windows.Count - run.Pending} of {run.Windows.Count} windows, {run.Totals.Rows} rows";
        var trouble = run.Windows.FirstOrDefault(
            window => window.State == WindowDocument.Pending && window.Reason is not null)?.Reason;
        return trouble is null
            ? done
            : $"{done} [yellow]({Markup.Escape(trouble.Length > 100 ? $"{trouble[..100]}…" : trouble)})[/]";
    }
}
