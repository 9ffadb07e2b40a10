using System.CommandLine;
using System.Globalization;
using EventPipeline.Budgets;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>Records what vendors, accounts and teams may cost a month, from a CSV file.</summary>
internal sealed class BudgetsImport(IWarehouse warehouse, InvocationConfiguration console, TimeProvider clock)
{
    private readonly BudgetRegister _register = new(warehouse);

    /// <summary>Describes the change, asks for confirmation and makes it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExecuteAsync(
        string dataset, FileInfo file, Consent consent, CancellationToken cancellationToken)
    {
        var vendors = await VendorNames.ReadAsync(warehouse, dataset, cancellationToken);
        var list = new BudgetList(await _register.NamesAsync(dataset, vendors, cancellationToken));
        if (!await CsvList.TryTakeAsync(file, list, console.Error, cancellationToken))
        {
            return 1;
        }

        var recorded = await _register.ReadAsync(dataset, cancellationToken);
        var changes = list.Budgets
            .Where(budget => recorded.GetValueOrDefault((budget.Scope, budget.Name, budget.From)) != budget)
            .ToList();
        if (await RecordedChanges.AskAsync(
                console.Output,
                [
                    .. from budget in changes
                       let before = recorded.GetValueOrDefault((budget.Scope, budget.Name, budget.From))
                       select $"{budget} from {budget.From.Text()} on: {Usd(budget)}"
                           + (before is null ? "" : $", was {Usd(before)}"),
                ],
                [$"{list.Budgets.Count} budgets of {file.Name}, {changes.Count} changes."],
                consent,
                cancellationToken) is { } exitCode)
        {
            return exitCode;
        }

        await _register.AddAsync(dataset, changes, file.Name, clock.GetUtcNow(), cancellationToken);
        await console.Output.WriteLineAsync("Done. forecast shows them, and every production run compares with them.");
        return 0;
    }

    private static string Usd(Budget budget) => budget.MonthlyUsd is { } usd
        ? string.Create(CultureInfo.InvariantCulture, $"{usd:#,0.00##########} US dollars a month")
        : "no budget";
}
