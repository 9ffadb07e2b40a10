using System.CommandLine;

namespace EventPipeline.Commands;

/// <summary>Asks a person before something changes.</summary>
internal static class Consent
{
    /// <summary>Gives it beforehand.</summary>
    public static Option<bool> Yes { get; } = new("--yes") { Description = "Do not ask for confirmation." };

    /// <returns>Whether the answer is 'yes'; false where nobody can be asked.</returns>
    public static async Task<bool> AskAsync(TextWriter output, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        await output.WriteAsync("Continue? Type yes: ");
        return (await Console.In.ReadLineAsync(cancellationToken))?.Trim() == "yes";
    }
}
