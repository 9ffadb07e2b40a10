using System.CommandLine;
using EventPipeline.Budgets;

namespace EventPipeline.Commands;

/// <summary>
/// <c>budgets import</c>: records what vendors, accounts and teams may cost a month. Exit codes: 0 done; 1 refused or
/// not confirmed, with the reason; 2 an argument or a setting is wrong; 3 the warehouse could not be reached or refused
/// a request.
/// </summary>
internal static class BudgetsCommand
{
    /// <param name="open">Opens the warehouse that the command works on.</param>
    /// <param name="clock">Says what time it is, UTC.</param>
    public static Command Create(OpenWarehouse open, TimeProvider clock)
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = $"A CSV file with the columns {BudgetList.Columns}. The scope is vendor, account (its name "
                + "is written vendor/name) or team; 'from' is the first day of a month; an empty amount ends a budget.",
        };
        var import = new Command("import", "Records budgets, each with the month from which on it counts.")
        {
            file, Consent.DryRun, Consent.Yes,
        };
        import.SetAction((arguments, cancellationToken) => WarehouseCommand.RunAsync(
            open,
            arguments,
            (warehouse, dataset) => new BudgetsImport(warehouse, arguments.InvocationConfiguration, clock).ExecuteAsync(
                dataset, arguments.GetRequiredValue(file), Consent.Read(arguments), cancellationToken),
            cancellationToken));
        return new Command("budgets", "What vendors, accounts and teams may cost a month.")
        {
            WarehouseCommand.Dataset, import,
        };
    }
}
