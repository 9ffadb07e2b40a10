using EventPipeline.Hosting;
using EventPipeline.Local.Cli;

return await ProgramEnd.RunAsync(() => LocalCommands.Create().Parse(args).InvokeAsync(new()
{
    EnableDefaultExceptionHandler = false,

    // Running deliveries get five seconds when the process is asked to stop; the host needs some more.
    ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
}));
