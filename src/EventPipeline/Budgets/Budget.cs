namespace EventPipeline.Budgets;

/// <summary>What something may cost a calendar month, UTC, from a month on until another record of it begins.</summary>
/// <param name="Scope">One of <see cref="Scopes"/>.</param>
/// <param name="Name">The vendor, the account as <c>vendor/name</c>, or the team.</param>
/// <param name="From">The first day of the first month that has this budget.</param>
/// <param name="MonthlyUsd">US dollars of billed money; null where there is no budget from then on.</param>
internal sealed record Budget(string Scope, string Name, DateOnly From, decimal? MonthlyUsd)
{
    public const string Vendor = "vendor";

    public const string Account = "account";

    public const string Team = "team";

    /// <summary>Whose budget it can be.</summary>
    public static readonly IReadOnlyList<string> Scopes = [Vendor, Account, Team];

    public override string ToString() => $"{Scope} {Name}";
}
