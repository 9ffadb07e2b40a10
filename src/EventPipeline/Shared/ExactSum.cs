using System.Numerics;

namespace EventPipeline.Shared;

/// <summary>
/// A sum of decimals to the last digit. <see cref="decimal"/>'s own addition silently drops digits if the exact sum has
/// more than 28.
/// </summary>
internal struct ExactSum
{
    private const int MaxDecimals = 28;
    private static readonly BigInteger[] Powers =
    [
        .. Enumerable.Range(0, MaxDecimals + 1).Select(power => BigInteger.Pow(10, power)),
    ];
    private static readonly BigInteger Most = BigInteger.Pow(10, 20 + MaxDecimals);

    // Nearly every amount has at most 18 decimals and is small: those add up in 128 bits.
    private const int UsualDecimals = 18;
    private const decimal MaxUsual = 10_000_000_000_000_000_000m;
    private static readonly Int128 MaxSmall = Int128.MaxValue / 4;
    private static readonly Int128[] SmallPowers = [.. Powers.Take(UsualDecimals + 1).Select(power => (Int128)power)];

    private BigInteger _large;
    private Int128 _small;

    /// <summary>The sum.</summary>
    /// <exception cref="OverflowException">
    /// It has more digits than a <see cref="decimal"/> holds, or more than 20 before the point, which the tables'
    /// columns hold.
    /// </exception>
    public readonly decimal Value
    {
        get
        {
            var all = _large + (_small * Powers[MaxDecimals - UsualDecimals]);
            if (BigInteger.Abs(all) >= Most)
            {
                throw new OverflowException("The sum has more than 20 digits before the point.");
            }

            var (units, decimals) = (all, MaxDecimals);
            while (decimals > 0 && units % 10 == 0)
            {
                (units, decimals) = (units / 10, decimals - 1);
            }

            // The conversion throws beyond 96 bits, and the scaling below only moves the point.
            var digits = (decimal)units;
            var bits = decimal.GetBits(digits);
            return new decimal(bits[0], bits[1], bits[2], units.Sign < 0, (byte)decimals);
        }
    }

    /// <summary>Adds decimals exactly.</summary>
    /// <exception cref="OverflowException">The sum has more digits than a <see cref="decimal"/> holds.</exception>
    public static decimal Add(IEnumerable<decimal> values)
    {
        var sum = default(ExactSum);
        foreach (var value in values)
        {
            sum.Add(value);
        }

        return sum.Value;
    }

    /// <summary>Adds a decimal.</summary>
    public void Add(decimal value)
    {
        if (value == 0)
        {
            return;
        }

        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var decimals = (bits[3] >> 16) & 0xFF;
        if (decimals <= UsualDecimals && value is < MaxUsual and > -MaxUsual)
        {
            AddSmall(new UInt128((uint)bits[2], (ulong)(uint)bits[1] << 32 | (uint)bits[0]), decimals, bits[3] < 0);
            return;
        }

        var digits = new BigInteger((uint)bits[0])
            + ((BigInteger)(uint)bits[1] << 32)
            + ((BigInteger)(uint)bits[2] << 64);
        var scaled = digits * Powers[MaxDecimals - decimals];
        _large += bits[3] < 0 ? -scaled : scaled;
    }

    private void AddSmall(UInt128 digits, int decimals, bool isNegative)
    {
        var scaled = (Int128)digits * SmallPowers[UsualDecimals - decimals];
        _small += isNegative ? -scaled : scaled;
        if (_small > MaxSmall || _small < -MaxSmall)
        {
            _large += _small * Powers[MaxDecimals - UsualDecimals];
            _small = 0;
        }
    }
}
