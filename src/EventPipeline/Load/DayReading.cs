using System.Globalization;

namespace EventPipeline.Load;

/// <summary>What was read of one day: the totals, and a digest that does not depend on the order of rows.</summary>
internal sealed class DayReading
{
    private UInt128 _sum;
    private UInt128 _said;

    public long Rows { get; private set; }

    public long Tokens { get; private set; }

    public decimal BilledUsd { get; private set; }

    public decimal EstimatedUsd { get; private set; }

    /// <summary>The grouping of the rows; empty while there are none.</summary>
    public string Grain { get; private set; } = "";

    /// <summary>The row count, and the sum of the row hashes modulo 2^128 in hexadecimal.</summary>
    public string Digest => string.Create(CultureInfo.InvariantCulture, $"{Rows}:{_sum:x32}");

    /// <summary>As the digest, of what the vendor said, unknown fields too. For this reading only: what has no column is nothing to compare later.</summary>
    public string Said => string.Create(CultureInfo.InvariantCulture, $"{Rows}:{_said:x32}");

    public void Add(Vendors.Records.VendorRecord record, UInt128 rowHash)
    {
        Rows++;
        Tokens = checked(Tokens + record.Tokens);
        BilledUsd += record.BilledUsd;
        EstimatedUsd += record.EstimatedUsd;
        _sum = unchecked(_sum + rowHash);
        _said = unchecked(_said + RowIdentities.Hash(record, rowHash));
        if (Grain.Length == 0)
        {
            Grain = record.Grain;
        }
    }
}
