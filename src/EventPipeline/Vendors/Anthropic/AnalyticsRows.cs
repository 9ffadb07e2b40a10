using System.Globalization;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>One of the two analytics reports of usage and cost.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Grains">The ways to group it, the finest first.</param>
/// <param name="Record">Makes a record of a row of a grain and a day.</param>
/// <param name="Add">Adds a record to another of the same key.</param>
internal sealed record AnalyticsQuery<TRecord>(
    string Path,
    IReadOnlyList<Grain> Grains,
    Func<Grain, DateOnly, Fields, TRecord> Record,
    Func<TRecord, TRecord, TRecord> Add)
    where TRecord : VendorRecord;

/// <summary>
/// Reads the flat rows of the Usage and Cost Analytics API, a row per day and group. They come a day after the other,
/// the oldest or the newest first, over pages of any size; within a day their order says nothing.
/// </summary>
/// <remarks>https://platform.claude.com/docs/en/manage-claude/usage-cost-analytics-api</remarks>
internal static class AnalyticsRows
{
    /// <summary>Without it the API does not answer.</summary>
    public const string Beta = "analytics-usage-cost-2026-08-24";

    /// <summary>
    /// Documented for Claude Enterprise, over all of its analytics and all keys; nothing is documented for these two.
    /// </summary>
    public static readonly RequestLimit Limit = new(60, TimeSpan.FromMinutes(1)) { Paths = "analytics" };

    /// <summary>The pages of all reports of usage and cost below the analytics.</summary>
    public static readonly PageShape Page = new("data")
    {
        HasMore = "has_more",
        Cursor = "next_page",
        Counts = [Watermark.Name],
        Ignored = ["organization_id"],
    };

    /// <summary>Streams the window; what actors do whom the key may not see is held until their day is over.</summary>
    public static async IAsyncEnumerable<VendorItem> ReadAsync<TRecord>(
        GroupedRows rows,
        Conversation conversation,
        AnalyticsQuery<TRecord> query,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRecord : VendorRecord
    {
        var hidden = new HiddenActors<TRecord>(query.Add);
        var arrived = new HashSet<DateOnly>();
        (DateOnly? Day, int Page) at = (null, 0);
        var export = new Watermark(conversation, conversation.Window.To);
        var pages = new GroupedQuery(
            query.Grains,
            grain => Request(query.Path, conversation.Window, grain),
            Page,
            "page",
            export.Note);
        await foreach (var (grain, row) in rows.ReadAsync(conversation, pages, "the rows", cancellationToken))
        {
            var day = DayOf(row);
            if (day != at.Day)
            {
                foreach (var sum in hidden.Take())
                {
                    yield return sum;
                }

                RequireNew(conversation, arrived, day);
            }

            if ((day, conversation.Pages) != at)
            {
                // On every page that has rows of it: the pages are kept with their days.
                at = (day, conversation.Pages);
                yield return new BucketArrived(day);
            }

            var record = query.Record(grain, day, row);
            if (grain.Dimensions.Contains(AnalyticsGroup.Actor)
                && row.Object("group").ObjectOrNull(AnalyticsGroup.Actor) is null)
            {
                Hide(hidden, row, record);
            }
            else
            {
                yield return record;
            }
        }

        foreach (var sum in hidden.Take())
        {
            yield return sum;
        }

        // A day without rows that is over in the export is a day without usage. Where another is not over, nothing is
        // committed, and those that are there say how many days are worth asking for.
        foreach (var day in conversation.Window.EachDay().Where(day => !arrived.Contains(day) && export.Has(day)))
        {
            yield return new BucketArrived(day);
        }

        export.RequireAll();
    }

    private static VendorRequest Request(string path, Window window, Grain grain)
    {
        var groups = string.Concat(grain.Dimensions.Select(name => $"&group_by[]={name}"));
        return new VendorRequest(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{path}?starting_at={window.Start:yyyy-MM-dd}T00:00:00Z&ending_at={window.End:yyyy-MM-dd}T00:00:00Z")
            + $"&time_bucket_width={Bucket.DayWidth}&limit=1000&order_by=time&order=asc{groups}")
        {
            Headers = [("anthropic-beta", Beta)],
            OwnLimit = Limit,
        };
    }

    /// <summary>The UTC day that a row is about.</summary>
    public static DateOnly DayOf(Fields row)
    {
        var (start, end) = (row.Time("starting_at"), row.Time("ending_at"));
        return start is { } from && from.UtcDateTime.TimeOfDay == TimeSpan.Zero && end == from.AddDays(1)
            ? DateOnly.FromDateTime(from.UtcDateTime)
            : throw row.Broken("starting_at", "and ending_at are not the beginning and the end of one UTC day");
    }

    private static void RequireNew(Conversation conversation, HashSet<DateOnly> arrived, DateOnly day)
    {
        if (!arrived.Add(day))
        {
            throw conversation.Transient(
                FormattableString.Invariant($"rows of {day:yyyy-MM-dd} came again after those of another day, ")
                    + "although they were asked for in the order of time: rows moved between the pages. "
                    + "Nothing was committed. The window will be read again.");
        }
    }

    private static void Hide<TRecord>(HiddenActors<TRecord> hidden, Fields row, TRecord record)
        where TRecord : VendorRecord
    {
        try
        {
            hidden.Add(record);
        }
        catch (OverflowException exception)
        {
            throw row.TooLarge(exception);
        }
    }
}
