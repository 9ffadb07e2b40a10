using System.CommandLine;

namespace EventPipeline.Commands;

/// <summary>
/// <c>drift</c>: usage at list prices beside what is billed. Exit codes: 0 done; 2 an argument or a setting is wrong; 3
/// the warehouse could not be reached or refused a request.
/// </summary>
internal static class DriftCommand
{
    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="clock">Says what day it is, UTC.</param>
    public static Command Create(OpenWarehouse open, TimeProvider clock)
    {
        var since = DayOption.Since(clock, "Default: 7d.");
        var drift = new Command(
            "drift", "Shows usage at the imported list prices beside what is billed, per day and model.")
        {
            WarehouseCommand.Dataset, since,
        };
        OutputOptions.AddTo(drift);
        drift.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new DriftReport(warehouse, arguments.InvocationConfiguration.Output).ExecuteAsync(
                dataset,
                arguments.GetValue(since) ?? clock.Today().AddDays(-7),
                clock.Today().AddDays(-1),
                OutputOptions.Read(arguments),
                cancellationToken),
            cancellationToken));
        return drift;
    }
}
