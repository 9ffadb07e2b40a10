using System.CommandLine;

namespace EventPipeline.Commands;

/// <summary>What a person lets a command do that has said what it will change.</summary>
internal sealed class Consent
{
    private readonly TextWriter _talk;
    private readonly TextWriter _error;
    private readonly bool _isAgreed;

    private Consent(TextWriter talk, TextWriter error, bool isDryRun, bool isAgreed) =>
        (_talk, _error, IsDryRun, _isAgreed) = (talk, error, isDryRun, isAgreed);

    /// <summary>Whether nothing is to be changed.</summary>
    public bool IsDryRun { get; }

    /// <summary>Gives it beforehand.</summary>
    public static Option<bool> Yes { get; } = new("--yes") { Description = "Do not ask for confirmation." };

    /// <summary>Refuses it beforehand.</summary>
    public static Option<bool> DryRun { get; } =
        new("--dry-run") { Description = "Show what would change without changing it." };

    /// <param name="arguments">The arguments of a command that has both options.</param>
    public static Consent Read(ParseResult arguments) => new(
        OutputOptions.TalkOf(arguments),
        arguments.InvocationConfiguration.Error,
        arguments.GetValue(DryRun),
        arguments.GetValue(Yes));

    /// <summary>Asks a person, unless the arguments have answered.</summary>
    /// <param name="done">What would be done, in the past tense: <c>changed</c>.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>
    /// Null where the command may go on. Otherwise its exit code: 0 of a dry run; 1 where the answer is not 'yes' or
    /// nobody can be asked.
    /// </returns>
    public async Task<int?> AskAsync(string done, CancellationToken cancellationToken)
    {
        if (IsDryRun)
        {
            await _talk.WriteLineAsync($"Nothing was {done} (--dry-run).");
            return 0;
        }

        if (_isAgreed || await IsYesAsync(cancellationToken))
        {
            return null;
        }

        await _error.WriteLineAsync($"Nothing was {done}: answer 'yes' or pass --yes.");
        return 1;
    }

    private async Task<bool> IsYesAsync(CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        await _talk.WriteAsync("Continue? Type yes: ");
        return (await Console.In.ReadLineAsync(cancellationToken))?.Trim() == "yes";
    }
}
