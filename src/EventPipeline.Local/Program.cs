using EventPipeline.Hosting;
using EventPipeline.Local.Cli;

return await ProgramEnd.RunAsync(() => LocalCommands.Create().Parse(args).InvokeAsync(new()
{
    EnableDefaultExceptionHandler = false,

    // Deliveries that run when the process is told to stop have five seconds; the host needs some more.
    ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
}));
