using System.Globalization;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Cursor;

/// <summary>
/// An event that was read. Cursor gives events no id, so several may agree in all that tells them apart.
/// </summary>
/// <param name="Record">Its row, under the key that it shares with events that agree.</param>
/// <param name="Said">A hash of all that is said of it.</param>
internal readonly record struct UsageEvent(UsageEventRecord Record, UInt128 Said)
{
    // By tokens before the price: an event whose price is recomputed keeps its place, and so its row. What is left
    // makes the order the same whatever the order in which the events came.
    private static readonly Comparer<UsageEvent> Order = Comparer<UsageEvent>.Create((one, other) => Compare(
        one.Record.RowKey.Value.CompareTo(other.Record.RowKey.Value),
        one.Record.Tokens.CompareTo(other.Record.Tokens),
        Nullable.Compare(one.Record.InputUncachedTokens, other.Record.InputUncachedTokens),
        Nullable.Compare(one.Record.CacheReadTokens, other.Record.CacheReadTokens),
        Nullable.Compare(one.Record.CacheWriteTokens, other.Record.CacheWriteTokens),
        Nullable.Compare(one.Record.OutputTokens, other.Record.OutputTokens),
        Nullable.Compare(one.Record.Quantity, other.Record.Quantity),
        one.Record.ChargedUsd.CompareTo(other.Record.ChargedUsd),
        one.Said.CompareTo(other.Said)));

    /// <summary>The rows of a day's events, each under a key of its own: events that agree are numbered.</summary>
    /// <param name="events">All events of the day, in any order; they are sorted.</param>
    public static IEnumerable<UsageEventRecord> Number(List<UsageEvent> events)
    {
        events.Sort(Order);
        var (shared, ordinal) = (default(RowKey), 0L);
        foreach (var (record, _) in events)
        {
            ordinal = record.RowKey == shared ? ordinal + 1 : 1;
            shared = record.RowKey;
            yield return record with { RowKey = KeyOf(shared, ordinal), Ordinal = ordinal };
        }
    }

    private static RowKey KeyOf(RowKey shared, long ordinal) =>
        RowKey.Create("row_key", shared.ToString(), "ordinal", ordinal.ToString(CultureInfo.InvariantCulture));

    private static int Compare(params ReadOnlySpan<int> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            if (comparison != 0)
            {
                return comparison;
            }
        }

        return 0;
    }
}
