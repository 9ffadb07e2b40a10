using System.CommandLine;
using System.CommandLine.Parsing;
using EventPipeline.DeadLetters;

namespace EventPipeline.Commands;

/// <summary>The options that choose dead letters.</summary>
internal sealed class DeadLetterChoice
{
    private readonly Option<string?> _cause = WordOption.Create(
        "--cause",
        $"Only those of one of these causes: {string.Join(", ", RejectionCauseNames.All)}.",
        "CAUSE",
        RejectionCauseNames.All);

    private readonly Option<string?> _vendor = new("--vendor") { Description = "Only a vendor's.", HelpName = "NAME" };
    private readonly Option<string?> _account =
        new("--account") { Description = "Only an account's.", HelpName = "NAME" };

    private readonly Option<string?> _run = new("--run") { Description = "Only a run's.", HelpName = "RUN" };
    private readonly Option<DateOnly?> _since;

    private DeadLetterChoice(TimeProvider clock) => _since = DayOption.Since(clock, "Default: any.");

    private Option[] All => [_cause, _vendor, _account, _run, _since];

    /// <summary>The options' names, for a sentence.</summary>
    public string Names => string.Join(", ", All.Select(option => option.Name));

    /// <summary>Adds them to a command.</summary>
    public static DeadLetterChoice AddTo(Command command, TimeProvider clock)
    {
        var choice = new DeadLetterChoice(clock);
        foreach (var option in choice.All)
        {
            command.Options.Add(option);
        }

        return choice;
    }

    /// <summary>Whether any of them is given.</summary>
    public bool IsGiven(CommandResult result) => All.Any(option => result.GetResult(option) is { Implicit: false });

    /// <summary>What they choose, of the letters in a state; null for all states.</summary>
    public DeadLetterFilter Read(ParseResult arguments, string? state) => new(
        state,
        arguments.GetValue(_cause),
        arguments.GetValue(_vendor),
        arguments.GetValue(_account),
        arguments.GetValue(_run),
        arguments.GetValue(_since));
}
