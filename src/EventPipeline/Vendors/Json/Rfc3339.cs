using System.Globalization;
using System.Text.Json;

namespace EventPipeline.Vendors.Json;

/// <summary>Times as RFC 3339 section 5.6 writes them: never without an offset.</summary>
internal static class Rfc3339
{
    private const int MaxFractionDigits = 7;

    /// <summary>The time in UTC; null where it is none, or no text. Digits below 100 ns are cut.</summary>
    public static DateTimeOffset? Read(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? Read(value.GetString()!) : null;
        }
        catch (InvalidOperationException)
        {
            return null; // Half of a surrogate pair.
        }
    }

    /// <summary>The time in UTC; null where it is none. Digits below 100 ns are cut.</summary>
    public static DateTimeOffset? Read(string text)
    {
        var upper = text.ToUpperInvariant();
        var offset = upper.EndsWith('Z') ? upper.Length - 1 : upper.Length - "+00:00".Length;
        if (offset < "0000-00-00T00:00:00".Length || upper[offset] is not ('Z' or '+' or '-'))
        {
            return null;
        }

        var dot = upper.IndexOf('.', StringComparison.Ordinal);
        if (
            dot >= 0
                && offset - dot - 1 > MaxFractionDigits
                && !upper.AsSpan(dot + 1, offset - dot - 1).ContainsAnyExceptInRange('0', '9'))
        {
            upper = string.Concat(upper.AsSpan(0, dot + 1 + MaxFractionDigits), upper.AsSpan(offset));
        }

        return DateTimeOffset.TryParseExact(
            upper,
            ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time)
            ? time
            : null;
    }
}
