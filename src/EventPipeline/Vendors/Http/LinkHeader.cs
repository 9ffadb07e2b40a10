namespace EventPipeline.Vendors.Http;

/// <summary>The header <c>Link</c>, as far as pages need it (RFC 8288).</summary>
internal static class LinkHeader
{
    /// <summary>The address with <c>rel="next"</c>; null where there is none.</summary>
    public static string? Next(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Link", out var values)
            ? values.Select(Next).FirstOrDefault(next => next is not null)
            : null;

    private static string? Next(string value)
    {
        while (
            value.IndexOf('<', StringComparison.Ordinal) is >= 0 and var start
                && value.IndexOf('>', start) is > 0 and var end)
        {
            // Addresses may contain commas; only the closing angle bracket ends one.
            var rest = value[(end + 1)..];
            var next = rest.IndexOf('<', StringComparison.Ordinal) is >= 0 and var other ? rest[..other] : rest;
            if (next.Split(';', ',').Any(IsNext))
            {
                return value[(start + 1)..end];
            }

            value = rest;
        }

        return null;
    }

    private static bool IsNext(string parameter) =>
        parameter.Split('=', 2) is [var name, var value]
        && name.Trim().Equals("rel", StringComparison.OrdinalIgnoreCase)
        && value.Trim().Trim('"').Split(' ').Contains("next", StringComparer.OrdinalIgnoreCase);
}
