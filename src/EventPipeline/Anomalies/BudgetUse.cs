using EventPipeline.Budgets;
using EventPipeline.Load;
using static System.FormattableString;

namespace EventPipeline.Anomalies;

/// <summary>
/// Finds budgets of which a half, four fifths or all is spent, or that the forecast of the month passes.
/// </summary>
internal sealed class BudgetUse(IWarehouse warehouse)
{
    /// <summary>Which parts of a budget are told, in hundredths.</summary>
    public static readonly IReadOnlyList<int> Parts = [50, 80, 100];

    /// <summary>What is to be told of the budgets of the month of a day.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="to">The last day that counts.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyList<Anomaly>> FindAsync(
        string dataset, DateOnly to, CancellationToken cancellationToken)
    {
        var budgets = await new BudgetRegister(warehouse).OfMonthAsync(dataset, to, cancellationToken);
        var found = new List<Anomaly>();
        foreach (var scope in budgets.GroupBy(budget => budget.Scope))
        {
            var spends = (await DailySpend.ReadAsync(
                warehouse, dataset, scope.Key, MonthForecast.FirstDay(to), to, cancellationToken))
                .Where(spend => spend.Name is not null)
                .ToDictionary(spend => spend.Name!);
            found.AddRange(
                from budget in scope
                let spend = spends.GetValueOrDefault(budget.Name)
                where spend is not null && spend.Until >= budget.From
                from anomaly in Judge(budget, MonthForecast.Create(spend, spend.Until))
                select anomaly);
        }

        return found;
    }

    /// <summary>What is to be told of one.</summary>
    public static IEnumerable<Anomaly> Judge(Budget budget, MonthForecast forecast)
    {
        if (budget.MonthlyUsd is not { } usd)
        {
            yield break;
        }

        var month = forecast.Until.MonthText();
        var spent = Invariant($"{forecast.Spent:#,0.00} of {usd:#,0.00} US dollars until {forecast.Until:yyyy-MM-dd}");
        foreach (var part in Parts.Where(part => forecast.Spent * 100 >= usd * part))
        {
            yield return Create(
                AnomalyKind.Budget,
                forecast.Spent,
                Invariant($"{part} % of the budget of {budget} for {month} is spent: {spent}."),
                Invariant($"{month} {part} %"));
        }

        if (forecast.Spent < usd && forecast.Usd > usd)
        {
            yield return Create(
                AnomalyKind.Forecast,
                forecast.Usd,
                Invariant($"The forecast of {budget} for {month} is {forecast.Usd:#,0.00} US dollars, ")
                + Invariant($"{100 * forecast.Usd / usd:#,0} % of its budget; spent are {spent}."),
                month);
        }

        Anomaly Create(string kind, decimal value, string reason, string which) =>
            new(kind, Whose(budget), forecast.Until, value, usd, "US dollars", reason, which);
    }

    private static Suspect Whose(Budget budget) => budget.Scope switch
    {
        Budget.Vendor => new Suspect(budget.Name),
        Budget.Account => budget.Name.Split('/', 2) is [var vendor, var account]
            ? new Suspect(vendor, account)
            : new Suspect(Account: budget.Name),
        _ => new Suspect(Team: budget.Name),
    };
}
