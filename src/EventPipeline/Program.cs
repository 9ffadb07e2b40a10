using EventPipeline.Hosting;

return await ProgramEnd.RunAsync(async stop =>
{
    // Cloud Run kills ten seconds after it asked to stop.
    stop.Patience = TimeSpan.FromSeconds(9);
    if (args.Length == 0)
    {
        // The host sees to signals by itself; nothing has to be loaded to read no arguments.
        return await ServeCommand.ExecuteAsync(CancellationToken.None);
    }

    var command = OperatorCommands.Create().Parse(args);
    var exitCode = await command.InvokeAsync(
        new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
    return command.Errors.Count > 0 ? 2 : exitCode;
});
