using EventPipeline.Commands;
using EventPipeline.Hosting;
using EventPipeline.Vendors;
using Microsoft.Extensions.Options;

// .NET asks HTTP_PROXY even for the loopback address, where no proxy can help.
HttpClient.DefaultProxy = new LoopbackBypass(HttpClient.DefaultProxy);

try
{
    var command = OperatorCommands.Create().Parse(args);
    var exitCode = await command.InvokeAsync(new()
    {
        EnableDefaultExceptionHandler = false,

        // Cloud Run kills ten seconds after it asked to stop.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(9),
    });
    return command.Errors.Count > 0 ? 2 : exitCode;
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
