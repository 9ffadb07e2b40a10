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

    /// <summary>As they landed, for a load's days in a range.</summary>
    public static async Task<IReadOnlyDictionary<DateOnly, DaySums>> LandedAsync(
        IWarehouse warehouse,
        string dataset,
        string loadId,
        DateOnly from,
        DateOnly to,
        CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            dataset,
            Statement.Create("prove_load", ("load_id", loadId), ("from", from), ("to", to)),
            cancellationToken);
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
