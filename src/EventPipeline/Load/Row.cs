using System.Globalization;

namespace EventPipeline.Load;

/// <summary>
/// One row of a query's answer. Values are string, long, decimal, bool, <see cref="DateOnly"/>,
/// <see cref="DateTimeOffset"/> (UTC) or null.
/// </summary>
public sealed class Row(IReadOnlyDictionary<string, object?> values)
{
    /// <summary>The columns in the query's order, with their values.</summary>
    public IReadOnlyDictionary<string, object?> Values { get; } = values;

    /// <summary>Whether the value is null.</summary>
    public bool IsNull(string column) => Values[column] is null;

    public string Text(string column) => (string)Values[column]!;

    public string? TextOrNull(string column) => (string?)Values[column];

    /// <summary>A whole number; a sum of nothing is 0.</summary>
    public long GetInt64(string column) => Values[column] switch
    {
        null => 0,
        long number => number,
        var other => Convert.ToInt64(other, CultureInfo.InvariantCulture),
    };

    /// <summary>A whole number, or null.</summary>
    public long? GetInt64OrNull(string column) => IsNull(column) ? null : GetInt64(column);

    /// <summary>A decimal; a sum of nothing is 0.</summary>
    public decimal Exact(string column) => Values[column] switch
    {
        null => 0,
        decimal number => number,
        var other => Convert.ToDecimal(other, CultureInfo.InvariantCulture),
    };

    /// <summary>A decimal; a sum of nothing is null.</summary>
    public decimal? ExactOrNull(string column) => IsNull(column) ? null : Exact(column);

    /// <summary>A sum for every basis of money; a sum of nothing is empty.</summary>
    public SumsByBasis ByBasis(string column) =>
        TextOrNull(column) is { } text ? SumsByBasis.Parse(text) : SumsByBasis.None;

    public bool Flag(string column) => Values[column] is true;

    public DateOnly Date(string column) => (DateOnly)Values[column]!;

    public DateOnly? DateOrNull(string column) => (DateOnly?)Values[column];

    public DateTimeOffset Timestamp(string column) => (DateTimeOffset)Values[column]!;

    public DateTimeOffset? TimestampOrNull(string column) => (DateTimeOffset?)Values[column];
}
