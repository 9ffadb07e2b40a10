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
    /// <summary>The hash of a value, whatever it is.</summary>
    public static UInt128 Hash(JsonElement element) => Hash("", element);

    /// <summary>The hash of a value that is somewhere.</summary>
    public static UInt128 Hash(string path, JsonElement element)
    {
        UInt128 sum = 0;
        foreach (var leaf in Leaves(path, element))
        {
            sum = unchecked(sum + leaf.Hash);
        }

        return sum;
    }

    /// <summary>The leaves of a value: texts, numbers, flags, nulls, and objects and arrays without content.</summary>
    public static IEnumerable<(JsonValueKind Kind, UInt128 Hash)> Leaves(string path, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when element.GetPropertyCount() > 0:
                return element.EnumerateObject().SelectMany(member => Leaves(Path(path, member.Name), member.Value));
            case JsonValueKind.Array when element.GetArrayLength() > 0:
                return element.EnumerateArray()
                    .SelectMany((item, i) => Leaves(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), item));
            default:
                return [(element.ValueKind, Leaf(path, element.ValueKind, Text(element)))];
        }
    }

    /// <summary>The path of a member; two different ones never read alike.</summary>
    public static string Path(string path, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}.{name.Length}:{name}");

    /// <summary>A metric, whose number may be written as text.</summary>
    public static UInt128 Metric(string path, JsonElement element) =>
        element.ValueKind is JsonValueKind.String or JsonValueKind.Number
        ? Leaf(path, JsonValueKind.Number, Number(Text(element)))
        : Hash(path, element);

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

    private static UInt128 Leaf(string path, JsonValueKind kind, string value) =>
        XxHash128.HashToUInt128(
            Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{path.Length}:{path}{(int)kind}:{value}")));

    private static string Text(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Number)
        {
            return Number(element.GetRawText());
        }

        if (element.ValueKind != JsonValueKind.String)
        {
            return "";
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return element.GetRawText(); // Half of a surrogate pair: its spelling is all there is.
        }
    }
}
