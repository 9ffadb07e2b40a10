using EventPipeline.Vendors.Records;

namespace EventPipeline.Load;

/// <summary>What the rows of one day add up to. A load is verified if what landed is what was read.</summary>
internal sealed record DaySums(
    long Rows,
    long Keys,
    TokenCounts Tokens,
    SumsByBasis Money,
    SumsByBasis MoneyRows,
    decimal WholeQuantity,
    decimal FractionOfQuantity,
    long Requests)
{
    private static readonly DaySums Nothing = new(0, 0, default, SumsByBasis.None, SumsByBasis.None, 0, 0, 0);

    /// <summary>As they were read: each row has a distinct key.</summary>
    public static DaySums Read(DayReading day) => new(
        day.Rows, day.Rows, day.TokenCounts, day.Money, day.MoneyRows, day.WholeQuantity, day.FractionOfQuantity,
        day.Requests);

    /// <summary>As they landed, by day.</summary>
    /// <param name="warehouse">Where they landed.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="proof">Which: what <see cref="LoadProof"/> creates.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IReadOnlyDictionary<DateOnly, DaySums>> LandedAsync(
        IWarehouse warehouse, string dataset, Statement proof, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(dataset, proof, cancellationToken);
        return rows.ToDictionary(row => row.Date("usage_date"), FromRow);
    }

    /// <summary>Why a load fails verification; null if it passes.</summary>
    public static string? Difference(DaySums? landed, DayReading read) =>
        (landed ?? Nothing) == Read(read) ? null : $"Read {Read(read)}, landed {landed ?? Nothing}.";

    /// <summary>Whether rows of another grouping add up to the same.</summary>
    public bool AgreesWith(DayReading read) =>
        (Tokens, Requests) == (read.TokenCounts, read.Requests)
        && Money.Equals(read.Money)

        // A coarser grouping may report no quantity at all, since amounts of different units cannot be added.
        && (!read.TellsQuantity
            || (WholeQuantity, FractionOfQuantity) == (read.WholeQuantity, read.FractionOfQuantity));

    private static DaySums FromRow(Row row) => new(
        row.GetInt64("row_count"),
        row.GetInt64("key_count"),
        new TokenCounts(
            row.GetInt64("input_uncached_tokens"),
            row.GetInt64("cache_read_tokens"),
            row.GetInt64("cache_write_tokens"),
            row.GetInt64("output_tokens")),
        row.ByBasis("usd_by_basis"),
        row.ByBasis("rows_by_basis"),
        row.Exact("whole_quantity"),
        row.Exact("fraction_of_quantity"),
        row.GetInt64("requests"));
}
