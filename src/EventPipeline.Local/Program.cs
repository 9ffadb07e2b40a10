using EventPipeline.Hosting;
using EventPipeline.Local.Cli;

return await ProgramEnd.RunAsync(async stop =>
{
    var command = LocalCommands.Create().Parse(args);
    if (command.CommandResult.Command.Name == LocalCommands.ServeName)
    {
        // Deliveries that are at work get five seconds; the host needs some more.
        stop.Patience = TimeSpan.FromSeconds(10);
    }

    return await CommandLine.RunAsync(command, stop.Token);
});
