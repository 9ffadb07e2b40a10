using System.Globalization;
using System.Text.RegularExpressions;
using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Uploads;

/// <summary>
/// What a PUT brings: <c>bytes a-b/*</c>, <c>bytes a-b/total</c>, <c>bytes */*</c> or <c>bytes */total</c>.
/// </summary>
/// <param name="Start">The first byte's place; null when the request asks only.</param>
/// <param name="End">The place behind the last byte.</param>
/// <param name="Total">The size of the whole; null while it is not known.</param>
internal sealed partial record ContentRange(long? Start, long? End, long? Total)
{
    /// <summary>The range of a request. Without one, the request brings everything.</summary>
    public static ContentRange Of(HttpRequest request)
    {
        var header = request.Headers.ContentRange.ToString();
        if (header.Length == 0)
        {
            return new ContentRange(0, request.ContentLength, request.ContentLength);
        }

        var match = Form().Match(header);
        if (!match.Success)
        {
            throw GoogleException.Invalid("Invalid request.  Failed to parse Content-Range header.");
        }

        var range = new ContentRange(Number(match.Groups[1]), Number(match.Groups[2]) + 1, Number(match.Groups[3]));
        return range.End <= range.Start || range.End > range.Total
            ? throw GoogleException.Invalid("Invalid request.  The Content-Range header does not make sense.") : range;
    }

    private static long? Number(Group group) => group.Success
        ? long.Parse(group.Value, CultureInfo.InvariantCulture)
        : null;

    [GeneratedRegex(@"^bytes (?:(\d{1,18})-(\d{1,18})|\*)/(?:(\d{1,18})|\*)$")]
    private static partial Regex Form();
}
