using Microsoft.Extensions.Options;

namespace EventPipeline.Hosting;

/// <summary>
/// How a program ends when its command does not: with a sentence on standard error, and an exit code.
/// </summary>
internal static class ProgramEnd
{
    /// <summary>
    /// The command's exit code; 2 for an error that the user has to correct, 130 if it was stopped, 1 for anything
    /// unexpected.
    /// </summary>
    public static async Task<int> RunAsync(Func<StopSignal, Task<int>> command)
    {
        using var stop = new StopSignal();

        // .NET uses HTTP_PROXY even for the loopback address, which no proxy can reach.
        HttpClient.DefaultProxy = new LoopbackBypass(HttpClient.DefaultProxy);
        try
        {
            return await stop.RunAsync(command);
        }
        catch (Exception) when (stop.Token.IsCancellationRequested)
        {
            // Whatever it failed of, being stopped comes first.
            await Console.Error.WriteLineAsync("Stopped.");
            return StopSignal.ExitCode;
        }
        catch (Exception mistake) when (
            mistake is UsageException or ConfigurationMistakesException or OptionsValidationException)
        {
            await Console.Error.WriteLineAsync(mistake.Message);
            return 2;
        }
        catch (Exception failure)
        {
            // A sentence for users, the whole exception for developers.
            var isTraced = bool.TryParse(Environment.GetEnvironmentVariable("DEBUG"), out var debug) && debug;
            await Console.Error.WriteLineAsync(
                isTraced ? failure.ToString() : $"{failure.Message} Set DEBUG=true for details.");
            return 1;
        }
    }
}
