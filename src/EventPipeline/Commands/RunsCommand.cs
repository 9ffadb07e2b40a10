using System.CommandLine;
using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Status;

namespace EventPipeline.Commands;

/// <summary>
/// <c>runs list | show | watch | pause | resume | cancel</c>: what ran, what runs, and a halt to it. Exit codes: 0
/// done; 1 the watched run did not complete, or a decision was not confirmed; 2 an argument or a setting is wrong, or
/// there is no such run; 3 the service could not be reached, or refused the caller; 4 the watched run completed without
/// reports that vendors refuse; 5 the rest of it waits for another day, or for somebody to resume it.
/// </summary>
internal static class RunsCommand
{
    /// <param name="open">Opens the service that the command asks.</param>
    /// <param name="clock">Says what day it is, UTC, and waits.</param>
    public static Command Create(OpenService open, TimeProvider clock)
    {
        var runs = new Command("runs", "Shows runs, follows one, pauses, resumes or cancels it.")
        {
            List(open, clock), Show(open), Watch(open, clock), Pause(open), Resume(open), Cancel(open),
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
        var watch = new Command("watch", "Follows a run until it ends, stalls, is paused, or waits for another day.")
        {
            run,
        };
        watch.Options.Add(OutputOptions.Document);
        watch.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            service => new RunWatch(service, clock, arguments.InvocationConfiguration).FollowAsync(
                arguments.GetValue(run), arguments.GetValue(OutputOptions.Document), cancellationToken),
            cancellationToken));
        return watch;
    }

    private static Command Cancel(OpenService open) => Decide(
        open,
        new Command("cancel", "Cancels a run: what it has not read is not read any more."),
        "cancelled",
        RunText.BeforeCancelling,
        RunText.AfterStopping);

    private static Command Pause(OpenService open) => Decide(
        open,
        new Command("pause", "Pauses a run: what it has not read waits until somebody resumes it."),
        "paused",
        RunText.BeforePausing,
        RunText.AfterStopping);

    private static Command Resume(OpenService open) => Decide(
        open,
        new Command("resume", "Resumes a run that is paused, or that waits, as far as the day's load jobs go."),
        "resumed",
        RunText.BeforeResuming,
        RunText.AfterResuming);

    /// <summary>Lets a command decide about a run that has not ended, by the service's endpoint of its name.</summary>
    private static Command Decide(
        OpenService open,
        Command decide,
        string done,
        Func<RunDocument, string> before,
        Func<RunSummary, string> after)
    {
        var run = RunArgument(isRequired: true);
        decide.Arguments.Add(run);
        foreach (var option in new Option[] { Consent.Yes, Consent.DryRun, OutputOptions.Document })
        {
            decide.Options.Add(option);
        }

        decide.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            async service =>
            {
                var (console, json) = (arguments.InvocationConfiguration, arguments.GetValue(OutputOptions.Document));
                var found = await service.FindRunAsync(arguments.GetValue(run), cancellationToken);
                var why = found.WhyNot(decide.Name);
                if (why is null || arguments.GetValue(Consent.DryRun))
                {
                    await OutputOptions.TalkOf(arguments).WriteLineAsync(why ?? before(found));
                    var consent = Consent.Read(arguments);
                    if (await consent.AskAsync(done, cancellationToken) is { } answer)
                    {
                        if (json && consent.IsDryRun)
                        {
                            await console.Output.WriteLineAsync(JsonSerializer.Serialize(
                                RunSummary.FromDocument(found, new DataLabel(found.Label)), ApiJson.Options));
                        }

                        return answer;
                    }
                }

                // If it cannot be, the service says why.
                var decided = await service.DecideRunAsync(found.RunId, decide.Name, cancellationToken);
                await console.Output.WriteLineAsync(
                    json ? JsonSerializer.Serialize(decided, ApiJson.Options) : after(decided));
                return 0;
            },
            cancellationToken));
        return decide;
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
