namespace EventPipeline.Budgets;

/// <summary>What vendors, accounts and teams may cost a month, as a person decided it.</summary>
/// <param name="names">Whom a budget can be of, by scope.</param>
internal sealed class BudgetList(ILookup<string, string> names) : CheckedList(Columns.Split(','), Columns.Split(','))
{
    public const string Columns = "scope,name,monthly_usd,from";

    private readonly Dictionary<(string Scope, string Name, DateOnly From), int> _seen = [];
    private readonly List<Budget> _budgets = [];

    /// <summary>What was read.</summary>
    public IReadOnlyList<Budget> Budgets => _budgets;

    protected override void Read(Line line)
    {
        var scope = line.OneOf("scope", Budget.Scopes, line.Text("scope")?.ToLowerInvariant());
        var name = scope is null ? line.Required("name") : ReadName(line, scope);
        var usd = ReadUsd(line);
        var from = line.RequiredDay("from");
        if (from is { Day: not 1 } day)
        {
            line.Mistake(
                $"'from' is {day.Text()}: a budget begins with a month, so give its first day, such as "
                + $"{day.FirstOfMonth().Text()}.");
        }

        if (!line.IsRight)
        {
            return;
        }

        var budget = new Budget(scope!, name!, from!.Value, usd);
        if (!_seen.TryAdd((budget.Scope, budget.Name, budget.From), line.Number))
        {
            line.Mistake(
                $"line {_seen[(budget.Scope, budget.Name, budget.From)]} has a budget of {budget} from "
                + $"{budget.From.Text()} on too.");
            return;
        }

        _budgets.Add(budget);
    }

    private string? ReadName(Line line, string scope)
    {
        if (line.Required("name") is not { } name || names[scope].Contains(name))
        {
            return line.Text("name");
        }

        var known = names[scope].ToList();
        line.Mistake(
            $"'{Shown.Plain(name, 80)}' is not "
            + (scope == Budget.Account ? "an account, which is written vendor/name. " : $"a {scope}. ")
            + (known.Count > 0 ? Nearest.DidYouMeanOneOf(name, known)
                : scope == Budget.Team ? "No team is known: `people import` records who owns what."
                : "Nothing has been loaded yet."));
        return null;
    }

    /// <summary>An empty cell says that there is no budget any more.</summary>
    private static decimal? ReadUsd(Line line)
    {
        if (line.Text("monthly_usd") is not { } text)
        {
            return null;
        }

        if (Money.TryParse(text, Money.AsIs, out var usd, out var rounded) && !rounded && usd > 0)
        {
            return usd;
        }

        line.Mistake(
            $"'monthly_usd' is '{Shown.Plain(text, 80)}', not US dollars a month such as 1500 or 99.50. An empty cell "
            + "ends the budget.");
        return null;
    }
}
