using EventPipeline.Load;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Reconciliation;

/// <summary>
/// Compares what the views show of some days with what the vendors say that these days add up to: money of every basis,
/// tokens and requests, to the last digit.
/// </summary>
/// <param name="services">What the connectors and the vendors are taken from.</param>
/// <param name="warehouse">The warehouse.</param>
/// <param name="dataset">The dataset.</param>
/// <param name="today">Says which day it is, UTC.</param>
internal sealed class AccountReconciliation(
    IServiceProvider services, IWarehouse warehouse, string dataset, TimeProvider today)
{
    private readonly TimeProvider _clock = services.GetRequiredService<TimeProvider>();

    /// <summary>Compares an account's reports, one after the other. Snapshots have no past, and are left out.</summary>
    /// <returns>Every day of every report, in the order of the reports.</returns>
    public async Task<IReadOnlyList<ReconciledSlice>> ExecuteAsync(
        Account account, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var vendor = services.GetRequiredService<KnownVendors>().All.Single(vendor => vendor.Name == account.Vendor);
        var told = new ToldTotals(
            vendor, services.GetRequiredKeyedService<IVendorConnector>(account.Vendor), _clock);
        var shown = await ShownTotals.ReadAsync(warehouse, dataset, account, from, to, cancellationToken);
        var days = Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).Select(from.AddDays).ToList();
        var found = new List<ReconciledSlice>();
        foreach (var report in vendor.ReportsOf(account).Where(report => report.HasPast))
        {
            var compared = new Comparison(vendor, account, report, shown);
            var served = days.ToLookup(day => report.Serves(day, today.Today()));
            found.AddRange(served[false].Select(day => compared.Unread(day, ReconciliationState.NotServed, null)));
            foreach (var some in served[true].Chunk(report.MaxWindowDays))
            {
                var window = new Window(account.Vendor, account.Name, report.Name, some[0], some[^1]);
                found.AddRange(await CompareAsync(told, compared, window, cancellationToken));
            }
        }

        return found;
    }

    private static async Task<IReadOnlyList<ReconciledSlice>> CompareAsync(
        ToldTotals told, Comparison compared, Window window, CancellationToken cancellationToken)
    {
        try
        {
            var totals = await told.ReadAsync(
                window,
                compared.Account,
                compared.Shown.AccountId ?? compared.Account.Name,
                compared.Report,
                cancellationToken);
            return [.. window.EachDay().Select(day => compared.Read(day, totals[day]))];
        }
        catch (RejectedEventException rejected)
        {
            var said = rejected.Refusal is { } refusal
                ? $"{refusal.Said} {refusal.Remedy}"
                : $"{rejected.Message} {rejected.Hint}";
            return [.. window.EachDay().Select(day => compared.Unread(day, ReconciliationState.Refused, said))];
        }
        catch (TransientFailureException failure)
        {
            return
            [
                .. window.EachDay()
                    .Select(day => compared.Unread(day, ReconciliationState.Unreachable, failure.Message)),
            ];
        }
    }

    private sealed record Comparison(Vendor Vendor, Account Account, Report Report, ShownTotals Shown)
    {
        public ReconciledSlice Read(DateOnly day, DayTotal told)
        {
            var slice = Unread(day, ReconciliationState.NotLoaded, null) with { Told = told };
            return slice.Shown is null ? slice : slice with
            {
                State = slice.Shown == told ? ReconciliationState.Equal
                    : slice.SettlesAt is null ? ReconciliationState.Differs
                    : ReconciliationState.Restated,
            };
        }

        public ReconciledSlice Unread(DateOnly day, string state, string? said)
        {
            var shown = Shown.Find(Vendor, Report, day);
            return new ReconciledSlice(Account.Vendor, Account.Name, Report.Name, day, state)
            {
                Shown = shown?.Total,
                ShownReport = shown?.Report == Report.Name ? null : shown?.Report,
                ReadBegan = shown?.ReadBegan,
                SettlesAt = shown?.SettlesAt,
                Said = said,
            };
        }
    }
}
