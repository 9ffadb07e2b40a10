using System.Globalization;
using System.Net.Http.Headers;

namespace EventPipeline.Vendors.Http;

/// <summary>How long a vendor asks to wait (RFC 9110 section 10.2.3): seconds, or a date.</summary>
internal static class RetryAfter
{
    /// <summary>
    /// The wait; null where there is none, where it lies in the past, and where the header cannot be read.
    /// </summary>
    public static TimeSpan? Read(HttpResponseMessage response, DateTimeOffset now)
    {
        if (
            !response.Headers.TryGetValues("Retry-After", out var values)
                || values.FirstOrDefault()?.Trim() is not { } text)
        {
            return null;
        }

        var wait = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds((long)seconds)
            : RetryConditionHeaderValue.TryParse(text, out var header) && header.Date is { } date
                ? date - now
                : TimeSpan.Zero;
        return wait > TimeSpan.Zero ? wait : null;
    }
}
