using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace EventPipeline.Vendors.Json;

/// <summary>
/// Hashes of JSON that two spellings of the same content share: the order of members, whitespace, escapes, and
/// <c>1</c>, <c>1.0</c> and <c>10e-1</c>, do not matter. Each leaf is hashed with its path, and the hashes are added.
/// </summary>
internal static class Canonical
{
    private const int MaxOnStack = 512;
    private const int MaxPlainDigits = 18;

    /// <summary>The hash of a value, whatever it is.</summary>
    public static UInt128 Hash(JsonValue value) => Hash(CanonicalPath.Root, value);

    /// <summary>The hash of a value that is somewhere.</summary>
    public static UInt128 Hash(CanonicalPath path, JsonValue value)
    {
        var sums = default(LeafSums);
        sums.Add(path, value);
        return unchecked(sums.Texts + sums.Others);
    }

    /// <summary>A metric, whose number may be written as text.</summary>
    public static UInt128 Metric(CanonicalPath path, JsonValue value)
    {
        if (value.Kind is not (JsonValueKind.String or JsonValueKind.Number))
        {
            return Hash(path, value);
        }

        Span<byte> number = stackalloc byte[MaxPlainDigits + 8];
        return !value.IsEscaped && TryWritePlain(value.Utf8, number, out var written)
            ? Leaf(path, JsonValueKind.Number, number[..written])
            : Leaf(path, JsonValueKind.Number, Encoding.UTF8.GetBytes(Number(Text(value))));
    }

    /// <summary>
    /// A number as its digits without zeros at either end, and its exponent. One pass. What is not a number, and an
    /// exponent beyond 18 digits, stays as it is written.
    /// </summary>
    public static string Number(string text)
    {
        var (mantissa, exponentText) = text.IndexOfAny(['e', 'E']) is var e && e >= 0
            ? (text[..e], text[(e + 1)..])
            : (text, "0");
        var negative = mantissa.StartsWith('-');
        var digits = mantissa.TrimStart('+', '-');
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : digits.Length - point - 1;
        digits = point < 0 ? digits : digits.Remove(point, 1);
        if (digits.Length == 0 || digits.AsSpan().ContainsAnyExceptInRange('0', '9')
            || !long.TryParse(
                exponentText, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            || exponent is > 999_999_999_999_999_999 or < -999_999_999_999_999_999)
        {
            return digits.Length > 0 && !digits.AsSpan().ContainsAnyExcept('0') ? "0" : text;
        }

        digits = digits.TrimStart('0');
        var whole = digits.TrimEnd('0');
        return whole.Length == 0
            ? "0"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(negative ? "-" : "")}{whole}e{exponent - decimals + (digits.Length - whole.Length)}");
    }

    /// <summary>The hash of a leaf.</summary>
    public static UInt128 Leaf(CanonicalPath path, JsonValue value)
    {
        switch (value.Kind)
        {
            case JsonValueKind.Number:
                return Metric(path, value);
            case JsonValueKind.String:
                return TryText(value, out var text)
                    ? Leaf(path, JsonValueKind.String, text)
                    : Leaf(path, JsonValueKind.String, value.Raw);
            default:
                return Leaf(path, value.Kind, []);
        }
    }

    private static UInt128 Leaf(CanonicalPath path, JsonValueKind kind, ReadOnlySpan<byte> value)
    {
        var length = path.Head.Length + 2 + value.Length;
        var bytes = length <= MaxOnStack ? stackalloc byte[MaxOnStack] : new byte[length];
        path.Head.CopyTo(bytes);
        bytes[path.Head.Length] = (byte)('0' + (int)kind);
        bytes[path.Head.Length + 1] = (byte)':';
        value.CopyTo(bytes[(path.Head.Length + 2)..]);
        return XxHash128.HashToUInt128(bytes[..length]);
    }

    /// <summary>
    /// Writes a number without exponent like <see cref="Number"/>; false for any other, and for a long one.
    /// </summary>
    private static bool TryWritePlain(ReadOnlySpan<byte> text, Span<byte> number, out int written)
    {
        written = 0;
        var isNegative = text is [(byte)'-', ..];
        var unsigned = isNegative ? text[1..] : text;
        if (unsigned.Length is 0 or > MaxPlainDigits)
        {
            return false;
        }

        Span<byte> digits = stackalloc byte[MaxPlainDigits];
        var point = unsigned.IndexOf((byte)'.');
        var decimals = point < 0 ? 0 : unsigned.Length - point - 1;
        unsigned[..(point < 0 ? unsigned.Length : point)].CopyTo(digits);
        unsigned[(unsigned.Length - decimals)..].CopyTo(digits[Math.Max(point, 0)..]);
        digits = digits[..(point < 0 ? unsigned.Length : unsigned.Length - 1)];
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        var significant = digits.TrimStart((byte)'0');
        var whole = significant.TrimEnd((byte)'0');
        if (whole.IsEmpty)
        {
            number[written++] = (byte)'0';
            return true;
        }

        number[0] = (byte)'-';
        written = isNegative ? 1 : 0;
        whole.CopyTo(number[written..]);
        written += whole.Length;
        number[written++] = (byte)'e';
        var power = significant.Length - whole.Length - decimals;
        power.TryFormat(number[written..], out var exponent, default, CultureInfo.InvariantCulture);
        written += exponent;
        return true;
    }

    private static string Text(JsonValue value) =>
        TryText(value, out var text) ? Encoding.UTF8.GetString(text) : value.GetRawText();

    /// <summary>False for half of a surrogate pair: its spelling is all there is.</summary>
    private static bool TryText(JsonValue value, out ReadOnlySpan<byte> text)
    {
        try
        {
            text = value.Utf8;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = default;
            return false;
        }
    }
}

/// <summary>Where a leaf is; two different places never read alike.</summary>
internal sealed class CanonicalPath
{
    private CanonicalPath(string text)
    {
        Text = text;
        Head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text.Length}:{text}"));
    }

    /// <summary>The value itself.</summary>
    public static CanonicalPath Root { get; } = new("");

    /// <summary>The path, with the length of every name in it.</summary>
    public string Text { get; }

    /// <summary>What the hash of a leaf begins with.</summary>
    public byte[] Head { get; }

    /// <summary>A member of what is here.</summary>
    public CanonicalPath Member(string name) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Text}.{name.Length}:{name}"));

    /// <summary>An item of what is here.</summary>
    public CanonicalPath Item(int index) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Text}[{index}]"));
}

/// <summary>
/// Sums of the hashes of leaves: texts, numbers, flags, nulls, and objects and arrays without content. Texts and flags
/// apart from the others.
/// </summary>
internal struct LeafSums
{
    /// <summary>Of texts and flags.</summary>
    public UInt128 Texts;

    /// <summary>Of everything else.</summary>
    public UInt128 Others;

    /// <summary>Adds the leaves of a value.</summary>
    public void Add(CanonicalPath path, JsonValue value)
    {
        if (value.Kind is JsonValueKind.Object or JsonValueKind.Array && !value.Children.IsEmpty)
        {
            var index = 0;
            foreach (var child in value.Children)
            {
                Add(value.Kind == JsonValueKind.Object ? path.Member(child.Name) : path.Item(index++), child);
            }

            return;
        }

        var hash = Canonical.Leaf(path, value);
        if (value.Kind is JsonValueKind.String or JsonValueKind.True or JsonValueKind.False)
        {
            Texts = unchecked(Texts + hash);
        }
        else
        {
            Others = unchecked(Others + hash);
        }
    }
}
