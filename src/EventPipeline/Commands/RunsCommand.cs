using System.CommandLine;
using System.Text.Json;
using EventPipeline.Ledger;

namespace EventPipeline.Commands;

/// <summary>
/// <c>runs list | show | watch | cancel</c>: what ran, what runs, and an end to it. Exit codes: 0 done; 1 the watched
/// run did not complete, or a cancellation was not confirmed; 2 an argument or a setting is wrong, or there is no such
/// run; 3 the service could not be reached, or refused the caller; 4 the watched run completed without reports that
/// vendors refuse.
/// </summary>
internal static class RunsCommand
{
    /// <param name="open">Opens the service that the command asks.</param>
    /// <param name="clock">Says what day it is, UTC, and waits.</param>
    public static Command Create(OpenService open, TimeProvider clock)
    {
        var runs = new Command("runs", "Shows runs, follows one, or cancels it.")
        {
            List(open, clock), Show(open), Watch(open, clock), Cancel(open),
        };
        RemoteService.AddTo(runs);
        return runs;
    }

    private static Command List(OpenService open, TimeProvider clock)
    {
        var state = Word("--state", "Only runs in this state", RunDocument.States);
        var mode = Word("--mode", "Only runs of this mode", RunModeNames.All);
        var since = DayOption.Since(clock, "Default: any.");
        var limit = CountOption.Create("--limit", "How many at most.", 20);
        var list = new Command("list", "Lists the newest runs, newest first.") { state, mode, since, limit };
        OutputOptions.AddTo(list);
        list.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            async service =>
            {
                var filter = new RunFilter(
                    arguments.GetValue(state), arguments.GetValue(mode), arguments.GetValue(since));
                var found = await service.ListRunsAsync(filter, arguments.GetValue(limit), cancellationToken);
                await AnswerWriter.WriteAsync(
                    arguments,
                    found,
                    RunText.Columns,
                    found.Select(RunText.Cells),
                    output => RunText.WriteAsync(output, found));
                return 0;
            },
            cancellationToken));
        return list;
    }

    private static Command Show(OpenService open)
    {
        var run = RunArgument(isRequired: false);
        var state = Word("--state", "Only its windows in this state", WindowDocument.States);
        var show = new Command("show", "Shows a run and its windows.") { run, state };
        OutputOptions.AddTo(show);
        show.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            async service =>
            {
                var found = await service.FindRunAsync(arguments.GetValue(run), cancellationToken);
                var only = arguments.GetValue(state);
                IReadOnlyList<WindowDocument> windows =
                    [.. found.Windows.Where(window => (only ?? window.State) == window.State)];
                await AnswerWriter.WriteAsync(
                    arguments,
                    found with { Windows = windows },
                    RunText.WindowColumns,
                    windows.Select(RunText.Cells),
                    output => RunText.WriteAsync(output, found, windows));
                return 0;
            },
            cancellationToken));
        return show;
    }

    private static Command Watch(OpenService open, TimeProvider clock)
    {
        var run = RunArgument(isRequired: false);
        var watch = new Command("watch", "Follows a run until it ends, stalls, or only waits for another day.") { run };
        watch.Options.Add(OutputOptions.Document);
        watch.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            service => new RunWatch(service, clock, arguments.InvocationConfiguration).FollowAsync(
                arguments.GetValue(run), arguments.GetValue(OutputOptions.Document), cancellationToken),
            cancellationToken));
        return watch;
    }

    private static Command Cancel(OpenService open)
    {
        var run = RunArgument(isRequired: true);
        var cancel = new Command("cancel", "Cancels a run: what it has not read is not read any more.")
        {
            run, Consent.Yes, Consent.DryRun,
        };
        cancel.Options.Add(OutputOptions.Document);
        cancel.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            async service =>
            {
                var (console, json) = (arguments.InvocationConfiguration, arguments.GetValue(OutputOptions.Document));
                var found = await service.FindRunAsync(arguments.GetValue(run), cancellationToken);
                if (found.Outcome is { } outcome && outcome != RunDocument.Cancelled)
                {
                    await console.Error.WriteLineAsync(
                        $"Run {found.RunId} has {outcome}, so there is nothing to cancel.");
                    return 1;
                }

                await (json ? console.Error : console.Output).WriteLineAsync(RunText.BeforeCancelling(found));
                if (await Consent.Read(arguments).AskAsync("cancelled", cancellationToken) is { } answer)
                {
                    return answer;
                }

                var cancelled = await service.CancelRunAsync(found.RunId, cancellationToken);
                await console.Output.WriteLineAsync(
                    json ? JsonSerializer.Serialize(cancelled, ApiJson.Options) : RunText.AfterCancelling(cancelled));
                return 0;
            },
            cancellationToken));
        return cancel;
    }

    private static Argument<string?> RunArgument(bool isRequired) => new("RUN")
    {
        Description = isRequired ? "The run's id." : "The run's id. Default: the newest run.",
        Arity = isRequired ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
    };

    private static Option<string?> Word(string name, string description, IReadOnlyCollection<string> words) =>
        WordOption.Create(
            name,
            $"{description}: {string.Join(", ", words)}.",
            name.TrimStart('-').ToUpperInvariant(),
            words);
}
