using System.Globalization;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Load;

/// <summary>
/// What was read of one day: the totals, added exactly, and a digest that does not depend on the order of rows.
/// </summary>
internal sealed class DayReading
{
    private UInt128 _sum;
    private UInt128 _said;
    private readonly SumsByBasis.Adder _money = new();
    private readonly SumsByBasis.Adder _moneyRows = new();
    private ExactSum _wholeQuantity;
    private ExactSum _fractionOfQuantity;

    public long Rows { get; private set; }

    public TokenCounts TokenCounts { get; private set; }

    /// <exception cref="OverflowException">They are more than 2^63.</exception>
    public long Tokens => TokenCounts.Total;

    public long Requests { get; private set; }

    /// <summary>Whether any row reports a quantity, even 0.</summary>
    public bool TellsQuantity { get; private set; }

    /// <summary>The amounts of every basis, including what a meter shows.</summary>
    /// <exception cref="OverflowException">One has more digits than a <see cref="decimal"/> holds.</exception>
    public SumsByBasis Money => _money.Sums;

    /// <summary>How many rows there are of every basis: nothing else reveals amounts of zero.</summary>
    public SumsByBasis MoneyRows => _moneyRows.Sums;

    /// <summary>The whole parts of all rows' quantities, whatever their units: a sum to verify, not to show.</summary>
    public decimal WholeQuantity => _wholeQuantity.Value;

    /// <summary>
    /// The fractions of them. In one sum with the whole parts, billions of tokens and thirds of an hour have more
    /// digits than a <see cref="decimal"/> holds.
    /// </summary>
    public decimal FractionOfQuantity => _fractionOfQuantity.Value;

    /// <summary>The grouping of the rows; empty while there are none.</summary>
    public string Grain { get; private set; } = "";

    /// <summary>The row count, and the sum of the row hashes modulo 2^128 in hexadecimal.</summary>
    public string Digest => string.Create(CultureInfo.InvariantCulture, $"{Rows}:{_sum:x32}");

    /// <summary>
    /// Like the digest, but of everything the vendor said, including unknown fields. For this reading only: what has no
    /// column cannot be compared later.
    /// </summary>
    public string Said => string.Create(CultureInfo.InvariantCulture, $"{Rows}:{_said:x32}");

    public void Add(VendorRecord record, UInt128 rowHash)
    {
        Rows++;
        TokenCounts = TokenCounts.Add(record.TokenCounts);
        Requests = checked(Requests + record.RequestCount);
        TellsQuantity |= record.TellsQuantity;
        AddMoney(record);
        var quantity = record.CountedQuantity;
        var whole = decimal.Truncate(quantity);
        _wholeQuantity.Add(whole);
        _fractionOfQuantity.Add(quantity - whole);
        _sum = unchecked(_sum + rowHash);
        _said = unchecked(_said + RowIdentities.Hash(record, rowHash));
        if (Grain.Length == 0)
        {
            Grain = record.Grain;
        }
    }

    private void AddMoney(VendorRecord record)
    {
        switch (record)
        {
            case CostRecord cost:
                Add(cost.Basis, cost.AmountUsd);
                break;
            case UsageEventRecord usage:
                Add(usage.Basis, usage.ChargedUsd);
                break;
            case SeatRecord seat:
                Add(CostBasis.Cumulative, seat.SpendUsd);
                Add(CostBasis.Cumulative, seat.OverallSpendUsd);
                break;
            default:
                break;
        }
    }

    private void Add(string basis, decimal? amount)
    {
        if (amount is { } usd)
        {
            _money.Add(basis, usd);
            _moneyRows.Add(basis, 1);
        }
    }
}
