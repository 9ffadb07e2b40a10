using System.CommandLine;
using System.Text.Json;
using EventPipeline.DeadLetters;

namespace EventPipeline.Commands;

/// <summary>
/// <c>dead-letters list | show | replay | discard</c>: what could not be processed, and what becomes of it. Exit codes:
/// 0 done; 1 nothing was confirmed, or not all of it could be done; 2 an argument or a setting is wrong, or there is no
/// such letter; 3 the service could not be reached, or refused the caller.
/// </summary>
internal static class DeadLettersCommand
{
    /// <param name="open">Opens the service that the command asks.</param>
    /// <param name="clock">Says what day it is, UTC, and waits.</param>
    public static Command Create(OpenService open, TimeProvider clock)
    {
        var letters = new Command("dead-letters", "Shows what could not be processed, replays or discards it.")
        {
            List(open, clock),
            Show(open),
            Replay(open, clock),
            Discard(open, clock),
        };
        RemoteService.AddTo(letters);
        return letters;
    }

    private static Command List(OpenService open, TimeProvider clock)
    {
        var state = WordOption.Create(
            "--state",
            $"One of {string.Join(", ", DeadLetterState.All)}, or all. Default: open.",
            "STATE",
            [.. DeadLetterState.All, "all"]);
        var limit = CountOption.Create("--limit", "How many at most.", 20);
        var list = new Command("list", "Lists dead letters, by cause and then the newest one by one.") { state, limit };
        var filter = DeadLetterChoice.AddTo(list, clock);
        OutputOptions.AddTo(list);
        list.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            async service =>
            {
                var wanted = arguments.GetValue(state) ?? DeadLetterState.Open;
                var chosen = filter.Read(arguments, wanted == "all" ? null : wanted);
                var letters = await service.ListDeadLettersAsync(
                    chosen, arguments.GetValue(limit), cancellationToken);
                await AnswerWriter.WriteAsync(
                    arguments,
                    letters,
                    DeadLetterText.Columns,
                    letters.Select(DeadLetterText.Cells),
                    output => WriteAsync(output, service, letters, chosen, cancellationToken));
                return 0;
            },
            cancellationToken));
        return list;
    }

    private static async Task WriteAsync(
        TextWriter output,
        ServiceClient service,
        IReadOnlyList<DeadLetterSummary> letters,
        DeadLetterFilter filter,
        CancellationToken cancellationToken)
    {
        if (letters.Count == 0)
        {
            await output.WriteLineAsync(
                $"There is no such dead letter{(filter.State is null ? "" : $" ({filter.State})")}.");
            return;
        }

        var groups = await service.GroupDeadLettersAsync(filter, cancellationToken);
        await DeadLetterText.WriteAsync(output, groups);
        await output.WriteLineAsync();
        await DeadLetterText.WriteAsync(output, letters);
        if (groups.Sum(group => group.Letters) - letters.Count is var more and > 0)
        {
            await output.WriteLineAsync($"and {more} more: --limit.");
        }
    }

    private static Command Show(OpenService open)
    {
        var id = new Argument<string>("ID") { Description = "The letter's id, such as dl-0123456789abcdef0123." };
        var show = new Command("show", "Shows a dead letter with its message, as JSON.") { id };
        show.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            async service =>
            {
                var letter = await service.FindDeadLetterAsync(arguments.GetValue(id)!, cancellationToken);
                await arguments.InvocationConfiguration.Output.WriteLineAsync(
                    JsonSerializer.Serialize(letter, ApiJson.Options));
                return 0;
            },
            cancellationToken));
        return show;
    }

    private static Command Replay(OpenService open, TimeProvider clock)
    {
        var force = new Option<bool>("--force")
        {
            Description = "Also those that were replayed twice, discarded, or loaded since.",
        };
        var replay = Decide(
            open,
            clock,
            new Command("replay", "Publishes dead letters again, once their cause is fixed."),
            (arguments, service) => new DeadLetterDecision(
                service,
                clock,
                arguments.InvocationConfiguration,
                "replayed",
                (id, cancellationToken) =>
                    service.ReplayDeadLetterAsync(id, arguments.GetValue(force), cancellationToken),
                arguments.GetValue(OutputOptions.Json))
            {
                LeavesReplayed = !arguments.GetValue(force),
            });
        replay.Options.Add(force);
        return replay;
    }

    private static Command Discard(OpenService open, TimeProvider clock) => Decide(
        open,
        clock,
        new Command("discard", "Leaves dead letters alone from now on."),
        (arguments, service) => new DeadLetterDecision(
            service,
            clock,
            arguments.InvocationConfiguration,
            "discarded",
            service.DiscardDeadLetterAsync,
            arguments.GetValue(OutputOptions.Json)));

    /// <summary>Lets a command decide about letters that its arguments name, or choose.</summary>
    private static Command Decide(
        OpenService open,
        TimeProvider clock,
        Command decide,
        Func<ParseResult, ServiceClient, DeadLetterDecision> decisionOf)
    {
        var ids = new Argument<string[]>("ID")
        {
            Description = "The letters' ids; without any, the open letters that the options choose.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var all = new Option<bool>("--all") { Description = "All open letters." };
        var perSecond = CountOption.Create("--per-second", "How many at most in a second.", 10);
        decide.Arguments.Add(ids);
        foreach (var option in new Option[] { all, perSecond, Consent.Yes, Consent.DryRun, OutputOptions.Json })
        {
            decide.Options.Add(option);
        }

        var filter = DeadLetterChoice.AddTo(decide, clock);
        decide.Validators.Add(result =>
        {
            var isNamed = result.GetValue(ids) is { Length: > 0 };
            var isChosen = filter.IsGiven(result) || result.GetValue(all);
            if (isNamed == isChosen)
            {
                result.AddError(
                    isNamed
                        ? "Name dead letters or choose them by options, not both."
                        : $"Which dead letters? Name them, or choose open ones by {filter.Names} or --all.");
            }
        });
        decide.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            service => decisionOf(arguments, service).MakeAsync(
                arguments.GetValue(ids) is { Length: > 0 } named ? named : null,
                filter.Read(arguments, DeadLetterState.Open),
                arguments.GetValue(perSecond),
                Consent.Read(arguments),
                cancellationToken),
            cancellationToken));
        return decide;
    }
}
