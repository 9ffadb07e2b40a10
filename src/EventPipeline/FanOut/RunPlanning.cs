using EventPipeline.Identities;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.FanOut;

/// <summary>Plans a run from what is configured, what was read before, and what the day's load jobs leave.</summary>
internal sealed class RunPlanning(
    ConfiguredAccounts accounts,
    AccountIdentities identities,
    KnownVendors vendors,
    RunLedger ledger,
    ReportRefusals refusals,
    WindowPublisher windows,
    IOptions<RunOptions> options,
    IOptions<DatasetOptions> datasets)
{
    /// <summary>Plans a run; nothing is stored.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="request">The request.</param>
    /// <param name="time">The trigger's own time, UTC.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RejectedEventException">None of its accounts reads a report that it asks for.</exception>
    public async Task<RunPlan> PlanAsync(
        string runId, RunRequested request, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var subjects = await SubjectsAsync(request, cancellationToken);
        var gapDays = options.Value.GapDays;
        var today = DateOnly.FromDateTime(time.UtcDateTime);
        var (from, to) = Planner.Horizon(request, today, gapDays, subjects.Select(subject => subject.Report));
        var reads = await ledger.SlicesReadAsync(request.Mode, from, to, cancellationToken);
        var plan = new Planner(reads, gapDays).Plan(runId, request, time, subjects);
        return await windows.WithinBudgetAsync(plan, cancellationToken);
    }

    private async Task<IReadOnlyList<PlanSubject>> SubjectsAsync(
        RunRequested request, CancellationToken cancellationToken)
    {
        var wanted = vendors.All.Where(vendor => request.Vendors?.Contains(vendor.Name) ?? true).ToList();
        var asked = wanted
            .SelectMany(vendor => accounts.For(vendor.Name))
            .Where(account => request.Accounts?.Contains(account.Name) ?? true)
            .ToList();
        var ids = await identities.FindKnownAsync(datasets.Value.For(request.Mode), asked, cancellationToken);
        var refused = (await refusals.FindAsync(request.Mode, cancellationToken))
            .Select(refusal => refusal.Subject)
            .ToHashSet();
        List<PlanSubject> subjects =
        [
            .. from vendor in wanted
               from account in asked
               where account.Vendor == vendor.Name
               from report in vendor.ReportsOf(account)
               where request.Reports?.Contains(report.Name) ?? true
               select new PlanSubject(account, ids.GetValueOrDefault(account), report)
               {
                   IsRefused = refused.Contains(new Subject(vendor.Name, account.Name, report.Name)),
               },
        ];
        RequireRead(request, asked, subjects);
        return subjects;
    }

    /// <summary>A report that none of the accounts reads was asked for by mistake, or by an old schedule.</summary>
    private static void RequireRead(
        RunRequested request, List<Account> asked, List<PlanSubject> subjects)
    {
        if (asked.Count > 0
            && request.Reports?.FirstOrDefault(name => subjects.All(subject => subject.Report.Name != name))
                is { } unread)
        {
            throw new RejectedEventException(
                $"No account of this run reads the report '{unread}': {string.Join(", ", asked.Select(Described))}.",
                "Ask for reports that the accounts read (GET /vendors lists them). To read it, add it to the Reports "
                    + "of an account below Vendors in the settings, or set the account's Source to one that has it, "
                    + "and request the run again.");
        }
    }

    private static string Described(Account account)
    {
        var what = string.Join(
            "; ",
            new[] { account.Source, string.Join(", ", account.Reports) }.Where(text => !string.IsNullOrEmpty(text)));
        return what.Length > 0 ? $"{account} ({what})" : $"{account}";
    }
}
