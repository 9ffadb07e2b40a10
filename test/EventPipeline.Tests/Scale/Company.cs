using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EventPipeline.FanOut;
using EventPipeline.Ledger;
using EventPipeline.Vendors;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Tests.Scale;

/// <summary>
/// A company with so many accounts of every vendor, all of whose reports were read every morning for a while. A day of
/// a report has 500 rows.
/// </summary>
/// <param name="accounts">How many accounts of each vendor.</param>
/// <param name="today">The day of its next run.</param>
/// <param name="daysRead">For how many closed days it has been read.</param>
internal sealed class Company(int accounts, DateOnly today, int daysRead) : IReadOnlyDictionary<Slice, SliceRead>
{
    public const int RowsPerSlice = 500;

    private static readonly Dictionary<(string, string), Report> Reports = VendorServiceCollectionExtensions.Known
        .SelectMany(vendor => vendor.Reports.Select(report => (vendor, report)))
        .ToDictionary(one => (one.vendor.Name, one.report.Name), one => one.report);

    public static IReadOnlyList<Vendor> Vendors { get; } = VendorServiceCollectionExtensions.Known;

    /// <summary>How many requests a minute an account may make, by vendor; absent where none is documented.</summary>
    public static IReadOnlyDictionary<string, double> Limits { get; } = Vendors
        .Where(vendor => vendor.Limit is not null)
        .ToDictionary(vendor => vendor.Name, vendor => vendor.Limit!.Requests / vendor.Limit.Period.TotalMinutes);

    public IReadOnlyList<PlanSubject> Subjects { get; } =
    [
        .. from vendor in Vendors
           from number in Enumerable.Range(1, accounts)
           let account = AccountOf(vendor, number)
           from report in vendor.ReportsOf(account)
           select new PlanSubject(account, account.Name, report),
    ];

    /// <summary>How many windows a daily run has at most, as the budget counts them.</summary>
    public int DailyWindows =>
        Vendors.Sum(vendor => accounts * LoadBudget.DailyWindows(vendor.ReportsOf(AccountOf(vendor, 1))));

    /// <summary>The reports of an account of each vendor.</summary>
    public static IReadOnlyList<Report> ReportsOfEach { get; } =
        [.. Vendors.SelectMany(vendor => vendor.ReportsOf(AccountOf(vendor, 1)))];

    public int Slices => Subjects.Count;

    public static Report ReportOf(Window window) => Reports[(window.Vendor, window.Report)];

    /// <summary>
    /// When a day was read last: this morning's run has not begun, and a day that has settled is not read again.
    /// </summary>
    public bool TryGetValue(Slice key, [MaybeNullWhen(false)] out SliceRead value)
    {
        var report = Reports[(key.Vendor, key.Report)];
        var (first, last) = report.HasPast
            ? (today.AddDays(-1 - daysRead), today.AddDays(-2))
            : (today.AddDays(-daysRead), today.AddDays(-1));
        if (key.Day < first || key.Day > last)
        {
            value = null;
            return false;
        }

        var settled = key.Day.AddDays(1 + report.SettledAfterDays);
        var yesterday = today.AddDays(-1);
        var read = report.HasPast && settled < yesterday ? settled : yesterday;
        value = new SliceRead(new DateTimeOffset(read, new TimeOnly(6, 0), TimeSpan.Zero), false, RowsPerSlice);
        return true;
    }

    public SliceRead this[Slice key] => TryGetValue(key, out var read) ? read : throw new KeyNotFoundException();

    public bool ContainsKey(Slice key) => TryGetValue(key, out _);

    public IEnumerable<Slice> Keys => throw new NotSupportedException();

    public IEnumerable<SliceRead> Values => throw new NotSupportedException();

    public int Count => throw new NotSupportedException();

    public IEnumerator<KeyValuePair<Slice, SliceRead>> GetEnumerator() => throw new NotSupportedException();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static Account AccountOf(Vendor vendor, int number) => new(
        vendor.Name,
        string.Create(CultureInfo.InvariantCulture, $"account-{number}"),
        new Uri("https://vendor.test"),
        "key");
}
