using EventPipeline.Hosting;

return await ProgramEnd.RunAsync(async stop =>
{
    // Nothing has to be loaded to read no arguments.
    var command = args.Length == 0 ? null : OperatorCommands.Create().Parse(args);
    if (command is null || OperatorCommands.IsServe(command))
    {
        // Cloud Run kills ten seconds after it asked to stop.
        stop.Patience = TimeSpan.FromSeconds(9);
    }

    return command is null
        ? await ServeCommand.ExecuteAsync(stop.Token)
        : await CommandLine.RunAsync(command, stop.Token);
});
