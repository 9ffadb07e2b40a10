namespace EventPipeline.Vendors.Keys;

/// <summary>The stretch of time that a row is about.</summary>
/// <param name="Start">When it begins, UTC.</param>
/// <param name="Width">How long it is: <c>1d</c>, <c>1h</c>; <c>event</c> for a moment.</param>
internal readonly record struct Bucket(DateTimeOffset Start, string Width)
{
    /// <summary>The width of a day.</summary>
    public const string DayWidth = "1d";

    /// <summary>The width of what has none.</summary>
    public const string EventWidth = "event";

    /// <summary>A UTC day.</summary>
    public static Bucket FromDay(DateOnly day) => new(day.Start(), DayWidth);

    /// <summary>A moment, UTC.</summary>
    public static Bucket FromEvent(DateTimeOffset at) => new(at, EventWidth);
}
