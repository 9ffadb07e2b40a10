using System.Globalization;

namespace EventPipeline.Shared;

/// <summary>
/// Exact text to decimal. <c>decimal.Parse</c> silently rounds past 28 digits, and a double is wrong from the first
/// digit.
/// </summary>
internal static class Money
{
    /// <summary>Cents to dollars.</summary>
    public const int FromCents = -2;

    /// <summary>The price of a million to the price of one.</summary>
    public const int FromMillion = -6;

    /// <summary>Dollars, or anything else that is taken as it stands.</summary>
    public const int AsIs = 0;

    private const int MaxDecimals = 18;
    private const int MaxDigits = 38;

    // Further out than any text has digits to bring a value back from.
    private const long FarthestExponent = 1_000_000_000_000;

    /// <summary>
    /// Reads <c>[sign] digits [. digits] [e [sign] digits]</c> and nothing else, times ten to the power of
    /// <paramref name="shift"/>. The value is bounded, its spelling is not: <c>0E-6176</c> is zero, and so is any
    /// number of zeros with any exponent. The result has no trailing zeros and no negative zero. One pass over the
    /// text, whatever its length.
    /// </summary>
    /// <param name="text">The vendor's own text.</param>
    /// <param name="shift">
    /// Powers of ten: <see cref="FromCents"/>, <see cref="FromMillion"/> or <see cref="AsIs"/>.
    /// </param>
    /// <param name="value">The value, at most 18 decimals.</param>
    /// <param name="rounded">Whether digits beyond 18 decimals were rounded, half to even.</param>
    /// <returns>
    /// False when the text is not such a number, or the number does not fit <c>DECIMAL(38, 18)</c> and
    /// <see cref="decimal"/>.
    /// </returns>
    public static bool TryParse(ReadOnlySpan<char> text, int shift, out decimal value, out bool rounded)
    {
        value = 0;
        rounded = false;
        var rest = text;
        var negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
        {
            rest = rest[1..];
        }

        var whole = TakeDigits(ref rest);
        var fraction = ReadOnlySpan<char>.Empty;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
            if (fraction.IsEmpty)
            {
                return false;
            }
        }

        if (whole.IsEmpty || !TryTakeExponent(ref rest, out var exponent) || !rest.IsEmpty)
        {
            return false;
        }

        if (exponent == 0 && shift <= 0 && whole.Length + fraction.Length - shift <= MaxDecimals)
        {
            value = Plain(whole, fraction, fraction.Length - shift, negative);
            return true;
        }

        return TryRound(whole, fraction, exponent + shift, out var units, out rounded)
            && TryFit(units, negative, out value);
    }

    /// <summary>The sum, exactly; false when it needs more digits than a <see cref="decimal"/> has.</summary>
    public static bool TryAdd(decimal left, decimal right, out decimal sum)
    {
        sum = 0;
        try
        {
            var exact = default(ExactSum);
            exact.Add(left);
            exact.Add(right);
            sum = exact.Value;
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>A number that is short enough for every digit to count.</summary>
    private static decimal Plain(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, int decimals, bool negative)
    {
        ulong digits = 0;
        foreach (var digit in whole)
        {
            digits = (digits * 10) + (uint)(digit - '0');
        }

        foreach (var digit in fraction)
        {
            digits = (digits * 10) + (uint)(digit - '0');
        }

        while (decimals > 0 && digits % 10 == 0)
        {
            (digits, decimals) = (digits / 10, decimals - 1);
        }

        return new decimal((int)digits, (int)(digits >> 32), 0, negative && digits != 0, (byte)decimals);
    }

    private static ReadOnlySpan<char> TakeDigits(scoped ref ReadOnlySpan<char> rest)
    {
        var length = rest.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? rest : rest[..length];
        rest = rest[digits.Length..];
        return digits;
    }

    private static bool TryTakeExponent(ref ReadOnlySpan<char> rest, out long exponent)
    {
        exponent = 0;
        if (rest is not ['e' or 'E', ..])
        {
            return true;
        }

        rest = rest[1..];
        var negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
        {
            rest = rest[1..];
        }

        var digits = TakeDigits(ref rest);
        if (digits.IsEmpty)
        {
            return false;
        }

        var significant = digits.TrimStart('0');
        exponent = significant.Length > 12 ? FarthestExponent
            : significant.IsEmpty ? 0
            : long.Parse(significant, NumberStyles.None, CultureInfo.InvariantCulture);
        exponent = negative ? -exponent : exponent;
        return true;
    }

    /// <summary>The value in units of 10^-18, rounded half to even.</summary>
    private static bool TryRound(
        ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, long power, out UInt128 units, out bool rounded)
    {
        units = 0;
        rounded = false;

        // A digit at index i counts 10^(last - i) units; those below one unit are the dropped ones.
        var last = whole.Length - 1 + power + MaxDecimals;
        var half = 0;
        var sticky = false;
        for (var i = 0; i < whole.Length + fraction.Length; i++)
        {
            var digit = (i < whole.Length ? whole[i] : fraction[i - whole.Length]) - '0';
            if (digit == 0)
            {
                continue;
            }

            switch (last - i)
            {
                case >= MaxDigits:
                    return false;
                case >= 0 and var place:
                    units += (UInt128)digit * PowerOfTen((int)place);
                    break;
                case -1:
                    half = digit;
                    break;
                default:
                    sticky = true;
                    break;
            }
        }

        rounded = half > 0 || sticky;
        if (half > 5 || (half == 5 && (sticky || UInt128.IsOddInteger(units))))
        {
            units++;
        }

        return units < PowerOfTen(MaxDigits);
    }

    private static bool TryFit(UInt128 units, bool negative, out decimal value)
    {
        value = 0;
        byte scale = MaxDecimals;
        while (scale > 0 && units % 10 == 0)
        {
            units /= 10;
            scale--;
        }

        if (units >> 96 != 0)
        {
            return false;
        }

        value = new decimal(
            (int)(uint)units, (int)(uint)(units >> 32), (int)(uint)(units >> 64), negative && units != 0, scale);
        return true;
    }

    private static UInt128 PowerOfTen(int power)
    {
        UInt128 result = 1;
        for (var i = 0; i < power; i++)
        {
            result *= 10;
        }

        return result;
    }
}
