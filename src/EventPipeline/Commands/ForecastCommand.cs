using System.CommandLine;
using EventPipeline.Budgets;

namespace EventPipeline.Commands;

/// <summary>
/// <c>forecast</c>: what the month will have cost, beside its budgets. Exit codes: 0 done; 2 an argument or a setting
/// is wrong; 3 the warehouse could not be reached or refused a request.
/// </summary>
internal static class ForecastCommand
{
    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="clock">Says what day it is, UTC.</param>
    public static Command Create(OpenWarehouse open, TimeProvider clock)
    {
        var by = new Option<string>("--by")
        {
            Description = $"{string.Join(", ", Budget.Scopes)}: what each amount is of.",
            HelpName = "THING",
            DefaultValueFactory = _ => Budget.Scopes[0],
            Validators = { result => WordOption.Check(result, Budget.Scopes) },
        };
        var forecast = new Command("forecast", "Shows what the month of yesterday will have cost, beside its budgets.")
        {
            WarehouseCommand.Dataset, by,
        };
        OutputOptions.AddTo(forecast);
        forecast.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new ForecastReport(warehouse, arguments.InvocationConfiguration.Output, clock)
                .ExecuteAsync(dataset, arguments.GetValue(by)!, OutputOptions.Read(arguments), cancellationToken),
            cancellationToken));
        return forecast;
    }
}
