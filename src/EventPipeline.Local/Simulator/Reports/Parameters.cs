using System.Globalization;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Reports;

/// <summary>Reads the parameters that vendors document alike.</summary>
internal static class Parameters
{
    /// <summary>A whole number within its limits.</summary>
    public static int Limit(this SimulatedRequest request, PageLimit limit) => request.Single("limit") switch
    {
        null => limit.Default,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= 1 && value <= limit.Max => value,
        var text =>
            throw new RefusedException(
                400, $"limit: must be a whole number from 1 to {limit.Max}, not '{text}'.", "limit"),
    };

    /// <summary>The bucket width, of those the report serves.</summary>
    public static string Width(this SimulatedRequest request, SimulatedReport report)
    {
        var width = request.Single("bucket_width") ?? "1d";
        return report.Limits.ContainsKey(width)
            ? width
            : throw new RefusedException(
                400,
                $"bucket_width: must be one of {string.Join(", ", report.Limits.Keys)}, not '{width}'.",
                "bucket_width");
    }

    /// <summary>The dimensions that the values of <c>group_by</c> stand for.</summary>
    public static IReadOnlyCollection<string> Dimensions(SimulatedReport report, IReadOnlyList<string> groupBy)
    {
        if (groupBy.FirstOrDefault(name => !report.GroupBy.ContainsKey(name)) is { } unknown)
        {
            throw new RefusedException(
                400, $"group_by: must be among {string.Join(", ", report.GroupBy.Keys)}, not '{unknown}'.", "group_by");
        }

        return [.. groupBy.SelectMany(name => report.GroupBy[name]).Distinct()];
    }

    /// <summary>Where the page begins: at the start, or at the place of the page token.</summary>
    public static DateTime From(this SimulatedRequest request, DateTime start) => request.Single("page") switch
    {
        null or "" => start,
        var token when PageToken.Read(request, token) is { } place
            && long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) =>
            DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime,
        _ => throw WrongPage(),
    };

    /// <summary>The rows of the page, of a list that pages by row, and the token of the next; null for none.</summary>
    public static (IEnumerable<T> Rows, string? Next) PageOf<T>(
        this SimulatedRequest request, IReadOnlyList<T> rows, PageLimit most)
    {
        var limit = request.Limit(most);
        var first = request.Single("page") is not { Length: > 0 } token ? 0
            : PageToken.Read(request, token) is { } place ? int.Parse(place, CultureInfo.InvariantCulture)
            : throw WrongPage();
        var next = first + limit;
        return (
            rows.Skip(first).Take(limit),
            next < rows.Count ? PageToken.Issue(request, next.ToString(CultureInfo.InvariantCulture)) : null);
    }

    /// <summary>A page token that is not this question's.</summary>
    public static RefusedException WrongPage() =>
        new(400, "page: the token does not belong to this request. Send the parameters it was issued for.", "page");

    /// <summary>The token of the page that begins at a time; null for none.</summary>
    public static string? Token(this SimulatedRequest request, DateTime? next) => next is null
        ? null
        : PageToken.Issue(
            request, new DateTimeOffset(next.Value).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));

    public static TimeSpan Span(string width) => width switch
    {
        "1m" => TimeSpan.FromMinutes(1),
        "1h" => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };
}
