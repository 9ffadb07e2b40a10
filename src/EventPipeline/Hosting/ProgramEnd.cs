using Microsoft.Extensions.Options;

namespace EventPipeline.Hosting;

/// <summary>How a program ends when its command does not: with a sentence on standard error, and an exit code.</summary>
internal static class ProgramEnd
{
    /// <summary>The command's exit code; 2 for what its user has to put right, 130 when it was stopped, 1 for what nobody foresaw.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        // .NET asks HTTP_PROXY even for the loopback address, where no proxy can help.
        HttpClient.DefaultProxy = new LoopbackBypass(HttpClient.DefaultProxy);
        try
        {
            return await command();
        }
        catch (Exception mistake) when (mistake is UsageException or ConfigurationMistakesException or OptionsValidationException)
        {
            await Console.Error.WriteLineAsync(mistake.Message);
            return 2;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception failure)
        {
            // A sentence for whoever uses it, the whole of it for whoever mends it.
            var isTraced = bool.TryParse(Environment.GetEnvironmentVariable("DEBUG"), out var debug) && debug;
            await Console.Error.WriteLineAsync(isTraced ? failure.ToString() : $"{failure.Message} DEBUG=true shows where it happened.");
            return 1;
        }
    }
}
