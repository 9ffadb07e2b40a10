using System.Globalization;

namespace EventPipeline.Shared;

/// <summary>Where something is in a list that is newest first: the next page begins after it.</summary>
/// <param name="Time">What the list is ordered by, UTC.</param>
/// <param name="Id">Its id, which orders what is of one time.</param>
internal sealed record ListPlace(DateTimeOffset Time, string Id) : IComparable<ListPlace>
{
    /// <summary>Before everything.</summary>
    public static ListPlace First { get; } = new(new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero), "");

    /// <summary>Reads what <see cref="ToString"/> writes; null for anything else.</summary>
    public static ListPlace? TryParse(string text) =>
        text.Split('.', 2) is [var ticks, var id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
        && time <= First.Time.UtcTicks
        && StatementId.IsValid(id)
            ? new ListPlace(new DateTimeOffset(time, TimeSpan.Zero), id)
            : null;

    public int CompareTo(ListPlace? other) =>
        other is null ? 1
        : Time.CompareTo(other.Time) is var byTime and not 0 ? byTime
        : string.CompareOrdinal(Id, other.Id);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time.UtcTicks}.{Id}");
}
