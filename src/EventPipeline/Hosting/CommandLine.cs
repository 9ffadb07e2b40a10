using System.CommandLine;
using System.CommandLine.Invocation;

namespace EventPipeline.Hosting;

/// <summary>Does what a command line asks for.</summary>
internal static class CommandLine
{
    /// <returns>The command's exit code; 2 if the arguments are wrong, with what is wrong as the last lines.</returns>
    public static async Task<int> RunAsync(ParseResult command, CancellationToken cancellationToken)
    {
        if (command.Action is ParseErrorAction mistakes)
        {
            // Half a screen of help would hide them.
            mistakes.ShowHelp = false;
        }

        var exitCode = await command.InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken);
        return command.Errors.Count > 0 ? 2 : exitCode;
    }
}
