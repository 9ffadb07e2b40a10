using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// Reads an activity report, one UTC day per call, so that a day that is not there yet holds off none before it. A day
/// that is not aggregated yet is refused, and the refusal names the last that is.
/// </summary>
/// <remarks>https://platform.claude.com/docs/en/manage-claude/analytics-api</remarks>
internal static partial class ActivityDays
{
    private const string Root = "v1/organizations/analytics/";

    // No activity report is documented to name its export; one that does is taken at its word.
    private static readonly PageShape Page = new("data")
    {
        Cursor = "next_page",
        OptionalCounts = [Watermark.Name],
    };

    /// <summary>Streams the window, the oldest day first.</summary>
    public static async IAsyncEnumerable<VendorItem> ReadAsync(
        VendorPages pages,
        Conversation conversation,
        FetchContext fetch,
        ActivityReport report,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in fetch.Window.EachDay())
        {
            var place = FormattableString.Invariant($"{report.Path} of {day:yyyy-MM-dd}");
            var (rows, page) = (new ActivityDay(fetch, day), 0);
            await foreach (
                var row in pages.ReadListAsync(
                    conversation, Query(conversation, report, day), place, cancellationToken))
            {
                if (page != conversation.Pages)
                {
                    // On every page: the pages are kept with their day.
                    page = conversation.Pages;
                    yield return new BucketArrived(day);
                }

                yield return report.Record(rows, row);
            }

            if (report.HasRowEachDay && page == 0)
            {
                throw NotReady(conversation, report, day, "the answer has no row of that day, and each day has one.");
            }

            yield return new BucketArrived(day);
        }
    }

    private static ListQuery Query(Conversation conversation, ActivityReport report, DateOnly day)
    {
        var export = new Watermark(conversation, day);
        var request = new VendorRequest($"{Root}{report.Path}?{report.Query(day)}")
        {
            Tolerated = [HttpStatusCode.BadRequest],
            OwnLimit = AnalyticsRows.Limit,
        };
        return new ListQuery(request, Page, "page")
        {
            OnRefusal = refusal => throw Refused(conversation, report, day, refusal),
            OnPage = said =>
            {
                if (said.Names().Contains(Watermark.Name))
                {
                    export.Note(said);
                    export.RequireAll();
                }
            },
        };
    }

    /// <summary>A refusal that names an earlier day says that this one is not there yet; any other stays one.</summary>
    private static Exception Refused(
        Conversation conversation, ActivityReport report, DateOnly day, RejectedEventException refusal) =>
        Day().Matches(refusal.Message[(refusal.Message.IndexOf(Root, StringComparison.Ordinal) + 1)..])
            .Select(match => UtcDay.TryParse(match.Value, out var told)
                    ? told
                    : day)
            .Any(told => told < day && told.Year >= 2026)
            ? NotReady(conversation, report, day, refusal.Message)
            : refusal;

    private static TransientFailureException NotReady(
        Conversation conversation, ActivityReport report, DateOnly day, string why) =>
        conversation.NotReady(
            FormattableString.Invariant($"{report.Path} of {day:yyyy-MM-dd} is not ready: {why} ")
                + "It is usually there by 10:00 UTC of the next day; the window is read again until it is there.");

    [GeneratedRegex(@"\b\d{4}-\d{2}-\d{2}\b")]
    private static partial Regex Day();
}
