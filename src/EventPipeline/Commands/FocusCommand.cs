using System.CommandLine;

namespace EventPipeline.Commands;

/// <summary>
/// <c>focus check</c>: whether the rows of the view <c>focus</c> keep to FOCUS 1.2. Exit codes: 0 they do; 1 a rule is
/// broken; 2 an argument or a setting is wrong; 3 the warehouse could not be reached or refused a request.
/// </summary>
internal static class FocusCommand
{
    private const int UsualDays = 31;

    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="clock">Says what day it is, UTC.</param>
    public static Command Create(OpenWarehouse open, TimeProvider clock) =>
        new("focus", "Checks the bill in the columns of FOCUS.") { Check(open, clock) };

    private static Command Check(OpenWarehouse open, TimeProvider clock)
    {
        var since = DayOption.Since(clock, $"Default: {UsualDays}d.");
        var check = new Command("check", "Checks the rows of focus against the rules of FOCUS 1.2.")
        {
            WarehouseCommand.Dataset, since, OutputOptions.Document,
        };
        check.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            async (warehouse, dataset) =>
            {
                var today = clock.Today();
                var found = await new FocusCheck(warehouse).CheckAsync(
                    dataset,
                    arguments.GetValue(since) ?? today.AddDays(-UsualDays),
                    today.AddDays(-1),
                    cancellationToken);
                var output = arguments.InvocationConfiguration.Output;
                await (arguments.GetValue(OutputOptions.Document)
                    ? FocusFindings.WriteJsonAsync(output, found)
                    : FocusFindings.WriteTextAsync(output, found));
                return found.Holds ? 0 : 1;
            },
            cancellationToken));
        return check;
    }
}
