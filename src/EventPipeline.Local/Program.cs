using EventPipeline.Local;
using EventPipeline.Local.Cli;
using EventPipeline.Vendors;
using Microsoft.Extensions.Options;

try
{
    return await LocalCommands.Create().Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
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
