namespace EventPipeline.Shared;

/// <summary>Consecutive UTC days of one report that one fetch message asks for.</summary>
/// <param name="Vendor">The vendor's name, e.g. <c>anthropic</c>.</param>
/// <param name="Account">
/// The account's configured name; the vendor's own organisation id is found while reading.
/// </param>
/// <param name="Report">The report's name, e.g. <c>messages_usage</c>.</param>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day, UTC, inclusive.</param>
public sealed record Window(string Vendor, string Account, string Report, DateOnly From, DateOnly To)
{
    /// <summary>A window of one day.</summary>
    public static Window Create(Subject subject, DateOnly day) =>
        new(subject.Vendor, subject.Account, subject.Report, day, day);

    /// <summary>Names the window within its run.</summary>
    public string Id => FormattableString.Invariant($"{Vendor}.{Account}.{Report}.{From:yyyyMMdd}-{To:yyyyMMdd}");

    /// <summary>How many days the window spans, both ends counted.</summary>
    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>Midnight UTC at which the first day begins.</summary>
    public DateTimeOffset Start => From.Start();

    /// <summary>Midnight UTC at which the last day has ended (exclusive).</summary>
    public DateTimeOffset End => Start.AddDays(Days);

    /// <summary>Whether the day lies in the window.</summary>
    public bool Contains(DateOnly day) => From <= day && day <= To;

    /// <summary>Every day of the window, oldest first.</summary>
    public IEnumerable<DateOnly> EachDay() => Enumerable.Range(0, Days).Select(From.AddDays);

    /// <summary>Its halves, where it has several days; of an odd number of days, the later has one more.</summary>
    public (Window Earlier, Window Later) Halves()
    {
        var middle = From.AddDays(Days / 2);
        return (this with { To = middle.AddDays(-1) }, this with { From = middle });
    }

    /// <summary>How people read it: <c>anthropic/acme/messages_usage 2026-11-01..2026-11-07</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Vendor}/{Account}/{Report} {From:yyyy-MM-dd}..{To:yyyy-MM-dd}");
}
