using EventPipeline.Load;

namespace EventPipeline.Budgets;

/// <summary>The table <c>budget_history</c>: what may be spent a month, since when. Rows are only added.</summary>
internal sealed class BudgetRegister(IWarehouse warehouse)
{
    /// <summary>What is recorded: of the same name and first month the newest record.</summary>
    public async Task<IReadOnlyDictionary<(string Scope, string Name, DateOnly From), Budget>> ReadAsync(
        string dataset, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(dataset, Statement.Create("budget_records"), cancellationToken);
        return rows.Select(row => Read(row, row.Date("valid_from")))
            .ToDictionary(budget => (budget.Scope, budget.Name, budget.From));
    }

    /// <summary>The budgets of the month of a day, by scope and name.</summary>
    public async Task<IReadOnlyList<Budget>> OfMonthAsync(
        string dataset, DateOnly day, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset, Statement.Create("budgets", ("day", day)), cancellationToken);
        return [.. rows.Select(row => Read(row, day.FirstOfMonth()))];
    }

    /// <summary>Whom a budget can be of, by scope.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="vendors">The vendors.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<ILookup<string, string>> NamesAsync(
        string dataset, IEnumerable<string> vendors, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(dataset, Statement.Create("budget_names"), cancellationToken);
        return rows.Select(row => (Scope: row.Text("scope"), Name: row.Text("name")))
            .Concat(vendors.Select(vendor => (Scope: Budget.Vendor, Name: vendor)))
            .ToLookup(one => one.Scope, one => one.Name);
    }

    /// <summary>
    /// Adds records. Cut off, it has added some of them, and importing the same list again adds the others.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="budgets">What to add.</param>
    /// <param name="list">The file's name.</param>
    /// <param name="at">When, UTC.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task AddAsync(
        string dataset,
        IReadOnlyList<Budget> budgets,
        string list,
        DateTimeOffset at,
        CancellationToken cancellationToken) =>
        RecordedList.AddAsync(
            warehouse,
            dataset,
            "budget",
            [
                .. budgets.Select(budget => (
                    $"{budget} {budget.From.Text()} {budget.MonthlyUsd}",
                    new Dictionary<string, object?>
                    {
                        ["scope"] = budget.Scope,
                        ["name"] = budget.Name,
                        ["valid_from"] = budget.From,
                        ["monthly_usd"] = budget.MonthlyUsd,
                        ["list"] = list,
                    })),
            ],
            at,
            cancellationToken);

    private static Budget Read(Row row, DateOnly from) => new(
        row.Text("scope"),
        row.Text("name"),
        from,
        row.ExactOrNull("monthly_usd"));
}
