using System.Globalization;
using System.Numerics;
using CsCheck;

namespace EventPipeline.Tests.Vendors;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("123.78912", Money.FromCents, "1.2378912")]
    [InlineData("141", Money.FromCents, "1.41")]
    [InlineData("1.50", Money.AsIs, "1.5")]
    [InlineData("100", Money.AsIs, "100")]
    [InlineData("1.5e-7", Money.AsIs, "0.00000015")]
    [InlineData("1E3", Money.AsIs, "1000")]
    [InlineData("1.5e+2", Money.FromCents, "1.5")]
    [InlineData("-0", Money.AsIs, "0")]
    [InlineData("-0.00", Money.FromCents, "0")]
    [InlineData("-12.34", Money.AsIs, "-12.34")]
    [InlineData("+7", Money.AsIs, "7")]
    [InlineData("0e999", Money.AsIs, "0")]
    [InlineData("0E-6176", Money.AsIs, "0")]
    [InlineData("0E+6111", Money.FromCents, "0")]
    [InlineData("-0E-6176", Money.AsIs, "0")]
    [InlineData("0.000e99999999999999999999999", Money.AsIs, "0")]
    [InlineData("-0e-99999999999999999999999", Money.AsIs, "0")]
    [InlineData("1.5e0000000000000000000000000000000001", Money.AsIs, "15")]
    [InlineData("1.0E2", Money.AsIs, "100")]
    [InlineData("0.003627500000000000000000000000000000", Money.AsIs, "0.0036275")]
    [InlineData("1.500000000000000000000000000000000", Money.AsIs, "1.5")]
    [InlineData("000000000000000000000000000000000000000000001.5", Money.AsIs, "1.5")]
    [InlineData("12345678901234567890", Money.AsIs, "12345678901234567890")]
    [InlineData("0.000000000000000001", Money.AsIs, "0.000000000000000001")]
    public void An_amount_is_read_exactly(string text, int shift, string expected)
    {
        Money.TryParse(text, shift, out var value, out var rounded).ShouldBeTrue();
        value.ToString(CultureInfo.InvariantCulture).ShouldBe(expected);
        rounded.ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-")]
    [InlineData("--1")]
    [InlineData("1,000")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1.2.3")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e1000")]
    [InlineData("1e99999999999999999999")]
    [InlineData("-1e99999999999999999999")]
    [InlineData("0x10")]
    [InlineData("$1")]
    [InlineData("١")]
    [InlineData("1e20")]
    [InlineData("100000000000000000000")]
    [InlineData("123456789012.123456789012345678")]
    public void What_is_no_such_amount_is_refused(string text) =>
        Money.TryParse(text, Money.AsIs, out _, out _).ShouldBeFalse();

    [Theory]
    [InlineData("0.0000000000000000005", "0")]
    [InlineData("0.0000000000000000015", "0.000000000000000002")]
    [InlineData("0.0000000000000000025", "0.000000000000000002")]
    [InlineData("0.00000000000000000250000000000000000001", "0.000000000000000003")]
    [InlineData("-0.0000000000000000015", "-0.000000000000000002")]
    [InlineData("-0.0000000000000000001", "0")]
    [InlineData("0.9999999999999999999", "1")]
    [InlineData("1e-300", "0")]
    [InlineData("1E-6176", "0")]
    [InlineData("-9.99e-99999999999999999999", "0")]
    public void Digits_beyond_eighteen_decimals_are_rounded_half_to_even_and_said(string text, string expected)
    {
        Money.TryParse(text, Money.AsIs, out var value, out var rounded).ShouldBeTrue();
        value.ToString(CultureInfo.InvariantCulture).ShouldBe(expected);
        rounded.ShouldBeTrue();
    }

    [Fact]
    public void Zeros_and_an_exponent_that_takes_them_back_are_the_same_value()
    {
        foreach (var zeros in new[] { 999, 1_000, 70_000, 1_000_000 })
        {
            Money.TryParse($"0.{new string('0', zeros)}15e{zeros + 1}", Money.AsIs, out var small, out var rounded)
                .ShouldBeTrue();
            (small, rounded).ShouldBe((1.5m, false));
            Money.TryParse(
                $"15{new string('0', zeros)}.{new string('0', zeros)}e-{zeros + 1}",
                Money.AsIs,
                out var large,
                out rounded)
                .ShouldBeTrue();
            (large, rounded).ShouldBe((1.5m, false));
            Money.TryParse(
                $"{new string('0', zeros)}1.5e{new string('0', zeros)}", Money.AsIs, out var padded, out rounded)
                .ShouldBeTrue();
            (padded, rounded).ShouldBe((1.5m, false));
        }
    }

    [Fact]
    public void A_million_digits_cost_one_pass()
    {
        Money.TryParse("0." + new string('1', 1_000_000), Money.AsIs, out var value, out var rounded).ShouldBeTrue();
        value.ShouldBe(0.111111111111111111m);
        rounded.ShouldBeTrue();
        Money.TryParse(new string('1', 1_000_000), Money.AsIs, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Parsing_agrees_with_exact_fractions() =>
        Gen.Select(
            Gen.Bool, Gen.String[Gen.Char['0', '9'], 1, 14], Gen.String[Gen.Char['0', '9'], 1, 24], Gen.Int[-12, 4])
            .Sample(
            (negative, whole, fraction, exponent) =>
            {
                var text = $"{(negative ? "-" : "")}{whole}.{fraction}e{exponent}";

                // The value in units of 10^-18, rounded half to even, by whole numbers alone.
                var numerator = BigInteger.Parse(whole + fraction, CultureInfo.InvariantCulture);
                var power = 18 + exponent - 2 - fraction.Length;
                var units = power >= 0
                    ? numerator * BigInteger.Pow(10, power)
                    : RoundHalfEven(numerator, BigInteger.Pow(10, -power));
                var exact = power >= 0 || numerator % BigInteger.Pow(10, -power) == 0;

                if (Money.TryParse(text, Money.FromCents, out var value, out var rounded))
                {
                    Units(value).ShouldBe(negative ? -units : units);
                    rounded.ShouldBe(!exact);
                    value.ToString(CultureInfo.InvariantCulture)
                        .ShouldBe(value.ToString("0.############################", CultureInfo.InvariantCulture));
                }
                else
                {
                    var trimmed = units;
                    while (trimmed > 0 && trimmed % 10 == 0)
                    {
                        trimmed /= 10;
                    }

                    (trimmed >= BigInteger.Pow(2, 96) || units >= BigInteger.Pow(10, 38)).ShouldBeTrue(text);
                }
            },
            iter: 5_000);

    [Fact]
    public void A_sum_that_would_lose_digits_is_refused()
    {
        Money.TryAdd(0.1m, 0.2m, out var sum).ShouldBeTrue();
        sum.ShouldBe(0.3m);
        Money.TryAdd(70_000_000_000m, 0.000000000000000001m, out _).ShouldBeTrue();
        Money.TryAdd(700_000_000_000m, 0.000000000000000001m, out _).ShouldBeFalse();
        Money.TryAdd(decimal.MaxValue, 1m, out _).ShouldBeFalse();
    }

    private static BigInteger Units(decimal value)
    {
        var bits = decimal.GetBits(value);
        var mantissa = (new BigInteger((uint)bits[2]) << 64) + (new BigInteger((uint)bits[1]) << 32) + (uint)bits[0];
        var units = mantissa * BigInteger.Pow(10, 18 - value.Scale);
        return value < 0 ? -units : units;
    }

    private static BigInteger RoundHalfEven(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var twice = remainder * 2;
        return twice > denominator || (twice == denominator && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
