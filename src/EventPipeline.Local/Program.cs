using EventPipeline.Hosting;
using EventPipeline.Local.Cli;

return await ProgramEnd.RunAsync(async () =>
{
    var command = LocalCommands.Create().Parse(args);
    var exitCode = await command.InvokeAsync(new()
    {
        EnableDefaultExceptionHandler = false,

        // Running deliveries get five seconds when the process is asked to stop; the host needs some more.
        ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
    });
    return command.Errors.Count > 0 ? 2 : exitCode;
});
