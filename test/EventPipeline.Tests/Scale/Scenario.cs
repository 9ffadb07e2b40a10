using EventPipeline.FanOut;
using EventPipeline.Messages;

namespace EventPipeline.Tests.Scale;

/// <summary>What a company's runs come to, day after day until nothing waits any more.</summary>
/// <param name="Accounts">How many accounts of each vendor.</param>
/// <param name="Name">What happens.</param>
/// <param name="Mornings">What each day came to.</param>
internal sealed record Scenario(int Accounts, string Name, IReadOnlyList<Morning> Mornings)
{
    private const int MaxLoadsPerDay = 1_500;
    private static readonly DateOnly Today = new(2026, 11, 30);
    private static readonly RunRequested Tick = new(RunMode.Production, null, null, null, false, null, null, null);

    /// <summary>
    /// The daily run. The days that the vendors may still restate are read again, and one window in twenty of them has
    /// changed.
    /// </summary>
    public static Scenario Daily(int accounts) =>
        new(accounts, "daily run", [new DailyRun(accounts, share: 20).Work()]);

    /// <summary>A daily run after every vendor has restated all that it may.</summary>
    public static Scenario Restated(int accounts) =>
        new(accounts, "restated week", [new DailyRun(accounts, share: 1).Work()]);

    /// <summary>A year of all accounts, whose last month is known, beside the daily runs.</summary>
    public static Scenario Year(int accounts)
    {
        var company = new Company(accounts, Today, daysRead: 30);
        var asked = Tick with { From = Today.AddDays(-365), To = Today.AddDays(-1) };
        var plan = new Planner(company, 30).Plan("a-year", asked, Dawn, company.Subjects);
        var budget = BudgetOf(company);
        var windows = LoadBudget.Matters(plan.Windows) ? budget.Apply(plan.Windows) : plan.Windows;
        List<PlannedWindow> waiting = [.. windows.Where(planned => planned.Waiting)];
        var later = budget.LaterDays(waiting).ToList();
        later.Sum(day => day.Count).ShouldBe(waiting.Count, "A backfill ends one day.");
        var daily = new DailyRun(accounts, share: 20);
        var mornings = later.Prepend([.. windows.Where(planned => planned.IsPublished && planned.MayWait)])
            .Select(published =>
            {
                var morning = daily.Work();
                morning.Work([.. budget.Groups(published).Select(group => new MessageCost(group, _ => true, company))]);
                return morning;
            });
        return new Scenario(accounts, "year's backfill", [.. mornings]);
    }

    private static DateTimeOffset Dawn => new(Today, new TimeOnly(6, 0), TimeSpan.Zero);

    private static LoadBudget BudgetOf(Company company) =>
        LoadBudget.Create(MaxLoadsPerDay, company.DailyWindows, published: 0);

    /// <summary>A daily run, planned once: it is the same every morning.</summary>
    private sealed class DailyRun
    {
        private readonly Company _company;
        private readonly IReadOnlyList<MessageCost> _messages;

        /// <param name="accounts">How many accounts of each vendor.</param>
        /// <param name="share">Of so many windows that are read again, one has changed.</param>
        public DailyRun(int accounts, int share)
        {
            _company = new Company(accounts, Today, daysRead: 90);
            var plan = new Planner(_company, 30).Plan("a-day", Tick, Dawn, _company.Subjects);
            List<PlannedWindow> windows = [.. plan.Windows.Where(planned => planned.IsPublished)];
            var unchanged = windows.Where(planned => planned.Why == WindowReason.ReadAgain)
                .Index()
                .Where(planned => planned.Index % share != 0)
                .Select(planned => planned.Item)
                .ToHashSet<PlannedWindow>(ReferenceEqualityComparer.Instance);
            _messages =
            [
                .. BudgetOf(_company).Groups(windows)
                    .Select(group => new MessageCost(group, planned => !unchanged.Contains(planned), _company)),
            ];
        }

        public Morning Work()
        {
            var morning = new Morning(_company);
            morning.Work(_messages);
            return morning;
        }
    }
}
