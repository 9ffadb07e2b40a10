using EventPipeline.Messages;

namespace EventPipeline.Tests.Scale;

/// <summary>
/// What a message costs whenever it is worked on. It is counted once, because a daily run is the same every morning.
/// </summary>
internal sealed class MessageCost
{
    /// <param name="group">The windows that share the message.</param>
    /// <param name="isLoaded">Whether a window has anything new.</param>
    /// <param name="company">Whose they are.</param>
    public MessageCost(IReadOnlyList<PlannedWindow> group, Func<PlannedWindow, bool> isLoaded, Company company)
    {
        Reads = [.. group.Select(planned => (planned.Window.Vendor, planned.Window.Account, SecondsToRead(planned)))];
        Requests = group.Sum(planned => Costs.RequestsOf(planned.Window));
        var bytes = group.Select(planned => Costs.BytesOf(planned, isLoaded(planned), company.Slices)).ToList();
        Bytes = bytes.Sum();
        LargestQuery = bytes.Max();
        var loaded = group.Where(isLoaded).ToList();
        Loads =
        [
            .. loaded
                .SelectMany(planned => Costs.TablesOf(planned.Window.Report).Select(table => (table, planned.Window)))
                .GroupBy(part => part.table, part => part.Window)
                .Select(table => (table.Key, table.SelectMany(window => window.EachDay()).Distinct().Count())),
            .. loaded.Count == 0 ? [] : (IEnumerable<(string, int)>)[("raw_page", 1)], // Of the day of the fetch.
        ];
    }

    /// <summary>
    /// Each window's account, and how long reading it keeps the account, in the order of the message.
    /// </summary>
    public IReadOnlyList<(string Vendor, string Account, double Seconds)> Reads { get; }

    public int Requests { get; }

    public double Bytes { get; }

    public double LargestQuery { get; }

    /// <summary>The tables that the message loads by a job each, and how many of their partitions it changes.</summary>
    public IReadOnlyList<(string Table, int Partitions)> Loads { get; }

    private static double SecondsToRead(PlannedWindow planned)
    {
        var apart = Company.Limits.TryGetValue(planned.Window.Vendor, out var perMinute)
            ? Math.Max(Costs.SecondsPerRequest, 60 / perMinute)
            : Costs.SecondsPerRequest;
        return Costs.RequestsOf(planned.Window) * apart;
    }
}
