using EventPipeline.Hosting;
using EventPipeline.Local;
using EventPipeline.Local.Cli;
using EventPipeline.Vendors;
using Microsoft.Extensions.Options;

// .NET asks HTTP_PROXY even for the loopback address, where everything here listens and no proxy can help.
HttpClient.DefaultProxy = new LoopbackBypass(HttpClient.DefaultProxy);

try
{
    return await LocalCommands.Create().Parse(args).InvokeAsync(new()
    {
        EnableDefaultExceptionHandler = false,

        // Deliveries that run when the process is told to stop have five seconds; the host needs some more.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
    });
}
catch (UsageException mistake)
{
    await Console.Error.WriteLineAsync(mistake.Message);
    return 2;
}
catch (Exception mistake) when (mistake is ConfigurationMistakesException or OptionsValidationException)
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
    // Nobody foresaw it: a sentence for whoever uses it, the whole of it for whoever mends it.
    var isTraced = bool.TryParse(Environment.GetEnvironmentVariable("DEBUG"), out var debug) && debug;
    await Console.Error.WriteLineAsync(isTraced ? failure.ToString() : $"{failure.Message} DEBUG=true shows where it happened.");
    return 1;
}
