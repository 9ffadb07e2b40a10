using System.Globalization;
using EventPipeline.Load;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Ledger;

/// <summary>What a plan needs of each account, as far as it is known before anything is asked.</summary>
internal static class RequestNeeds
{
    /// <summary>
    /// How long a window waits whose account is not to be asked, before it is given up: six times as long as the
    /// deliveries of a message last (infra/subscriptions.tf), by when the next run has asked for the same days.
    /// </summary>
    public static readonly TimeSpan WindowsWait = TimeSpan.FromHours(24);

    /// <summary>Adds to a run's document what its plan needs.</summary>
    public static RunDocument Add(RunDocument run, IReadOnlyCollection<Vendor> vendors)
    {
        var (requests, warnings) = Of(
            run.Windows.Where(window => window.State != WindowState.Skipped)
                .Select(window => new Window(window.Vendor, window.Account, window.Report, window.From, window.To)),
            vendors);
        return run with { Requests = requests, Warnings = warnings.Count == 0 ? null : warnings };
    }

    /// <summary>What windows need of each account, and what to know before they are asked for.</summary>
    public static (IReadOnlyList<AccountRequests> Requests, IReadOnlyList<string> Warnings) Of(
        IEnumerable<Window> windows, IReadOnlyCollection<Vendor> vendors)
    {
        var needs = (
            from window in windows
            let vendor = vendors.FirstOrDefault(one => one.Name == window.Vendor)
            let report = vendor?.Reports.FirstOrDefault(one => one.Name == window.Report)
            where report is not null
            group report.RequestsFor(window.To.DayNumber - window.From.DayNumber + 1)
                by (window.Vendor, window.Account, Limit: report.OwnLimit ?? vendor.Limit)).Select(
                    requests => new Need(
                        requests.Key.Vendor, requests.Key.Account, requests.Key.Limit, requests.Sum()))
            .ToList();
        return (
            [
                .. needs.GroupBy(need => (need.Vendor, need.Account)).Select(account => new AccountRequests(
                    account.Key.Vendor,
                    account.Key.Account,
                    account.Sum(need => need.Requests),
                    account.Max(need => need.Takes)?.TotalMinutes)),
            ],
            [.. needs.Where(need => need.Takes > WindowsWait).Select(Warning)]);
    }

    private static string Warning(Need need) => string.Create(
        CultureInfo.InvariantCulture,
        $"{need.Vendor}/{need.Account} is asked at least {need.Requests:N0} times, which takes "
            + $"{need.Takes!.Value.TotalHours:0.##} hours at the {need.Limit!.Requests:N0} requests per "
            + $"{need.Limit.Period.TotalSeconds:0} s that its vendor documents: a window that waits for "
            + $"{WindowsWait.TotalHours:0} hours is given up. Ask for fewer days or reports at a time.");

    /// <summary>The requests of one account that its vendor counts together.</summary>
    private sealed record Need(string Vendor, string Account, RequestLimit? Limit, long Requests)
    {
        /// <summary>How long they take at least; null where the vendor documents no limit.</summary>
        public TimeSpan? Takes => Limit?.TimeFor(Requests);
    }
}

/// <summary>How often a run asks one account at least.</summary>
/// <param name="Vendor">The vendor that is asked.</param>
/// <param name="Account">The account's configured name.</param>
/// <param name="Requests">
/// Requests that every window takes, however little it has: each further page is one more.
/// </param>
/// <param name="Minutes">
/// How long they take at least at the vendor's documented limit; null where it documents none.
/// </param>
public sealed record AccountRequests(string Vendor, string Account, long Requests, double? Minutes);
