using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Status;

namespace EventPipeline.Commands;

/// <summary>
/// <c>status</c>: whether yesterday's data is in, in one line. Exit codes: 0 it is; 1 it is not, or nothing has run
/// yet; 2 an argument or a setting is wrong; 3 the service could not be reached, or refused the caller.
/// </summary>
internal static class StatusCommand
{
    private const int MostNamed = 3;
    private const string In = "in";
    private const string Missing = "missing";
    private const string Refused = "refused";

    /// <param name="open">Opens the service that the command asks.</param>
    public static Command Create(OpenService open)
    {
        var status = new Command("status", "Says in one line whether yesterday's data is in.")
        {
            OutputOptions.Document,
        };
        RemoteService.AddTo(status);
        status.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            async service =>
            {
                var now = await service.GetAsync<StatusEndpoints.StatusDocument>("status", cancellationToken);
                var vendors = await service.GetAsync<StatusEndpoints.VendorList>("vendors", cancellationToken);
                var day = DateOnly.FromDateTime(now.Now.UtcDateTime).AddDays(-1);
                var isIn = await ReadAsync(service, vendors, day, cancellationToken);
                var reports = Judge(vendors, isIn).ToList();
                await arguments.InvocationConfiguration.Output.WriteLineAsync(
                    arguments.GetValue(OutputOptions.Document)
                        ? JsonSerializer.Serialize(now, ApiJson.Options)
                        : Line(now, day, reports));
                return now.LastRun is not null
                    && reports.Exists(report => report.State == In)
                    && !reports.Exists(report => report.State == Missing) ? 0 : 1;
            },
            cancellationToken));
        return status;
    }

    /// <summary>
    /// The reports of which a day was read; one that has no past was if it was read on that day or later.
    /// </summary>
    private static async Task<HashSet<string>> ReadAsync(
        ServiceClient service,
        StatusEndpoints.VendorList vendors,
        DateOnly day,
        CancellationToken cancellationToken)
    {
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        foreach (var vendor in vendors.Vendors.Where(vendor => vendor.Accounts.Count > 0))
        {
            var query = ServiceClient.Query(
                [("vendor", vendor.Vendor), ("from", day.Text()), ("limit", $"{SliceEndpoints.MaxRows}")]);
            var read = await service.GetAsync<SliceEndpoints.SliceList>($"slices{query}", cancellationToken);
            subjects.UnionWith(read.Slices.Select(slice => SubjectOf(slice.Vendor, slice.Account, slice.Report)));
        }

        return subjects;
    }

    private static string SubjectOf(string vendor, string account, string report) => $"{vendor}/{account}/{report}";

    /// <summary>What is known of every report that a configured account reads.</summary>
    private static IEnumerable<(string Subject, string State)> Judge(
        StatusEndpoints.VendorList vendors, HashSet<string> isIn) =>
        from vendor in vendors.Vendors
        from account in vendor.Accounts
        from report in account.Reads
        let subject = SubjectOf(vendor.Vendor, account.Account, report)
        let isRefused = account.Access.Any(one => one.Report == report && one.IsRefused)
        select (subject, isIn.Contains(subject) ? In : isRefused ? Refused : Missing);

    private static string Line(
        StatusEndpoints.StatusDocument now,
        DateOnly day,
        List<(string Subject, string State)> reports)
    {
        var label = now.Label is { } text ? $"{text} - " : "";
        if (now.LastRun is not { } run)
        {
            return $"{label}Nothing has run yet.";
        }

        var missing = reports.Where(report => report.State == Missing).Select(report => report.Subject).ToList();
        var refused = reports.Count(report => report.State == Refused);
        var asked = reports.Count - refused;
        var said = asked == 0
            ? $"{day.Text()} is not in: no account's key may read a report"
            : missing.Count == 0 ? $"{day.Text()} is in, {asked} of {asked} reports"
            : $"{day.Text()} is not all in: {asked - missing.Count} of {asked} reports, not {Named(missing)}";
        var state = run.EndedAt is { } at
            ? $"{(run.State == RunDocument.Cancelled ? "was " : "")}{run.State} at {TimeText.Minute(at)} UTC"
            : $"is {run.State}";
        var letters = now.OpenDeadLetters switch
        {
            0 => "No dead letter is open.",
            1 => "1 dead letter is open: `dead-letters list`.",
            var many => string.Create(
                CultureInfo.InvariantCulture, $"{many} dead letters are open: `dead-letters list`."),
        };
        return $"{label}{said}{(refused == 0 ? "" : $", and {refused} refused")}. "
            + $"The last run, {run.RunId}, {state}. {letters}";
    }

    private static string Named(List<string> subjects) => string.Join(", ", subjects.Take(MostNamed))
        + (subjects.Count > MostNamed ? $" and {subjects.Count - MostNamed} more" : "");
}
