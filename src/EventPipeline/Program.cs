using EventPipeline.Commands;
using EventPipeline.Hosting;
using EventPipeline.Vendors;
using Microsoft.Extensions.Options;

// .NET asks HTTP_PROXY even for the loopback address, where no proxy can help.
HttpClient.DefaultProxy = new LoopbackBypass(HttpClient.DefaultProxy);

try
{
    return await OperatorCommands.Create().Parse(args).InvokeAsync(new()
    {
        EnableDefaultExceptionHandler = false,

        // Cloud Run kills ten seconds after it asked to stop.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(9),
    });
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
