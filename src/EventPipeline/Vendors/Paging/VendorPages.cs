using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Paging;

/// <summary>A report that comes in buckets of days.</summary>
/// <param name="Grains">
/// The ways to group it, the finest first; a coarser one is tried where the vendor refuses the grouping.
/// </param>
/// <param name="Request">The request for the first page of a grain.</param>
/// <param name="Page">The names in a page.</param>
/// <param name="Bucket">The names in a bucket.</param>
/// <param name="CursorParameter">The parameter that takes the cursor of the pages that follow.</param>
/// <param name="CursorOutlivesData">
/// Whether the vendor was seen to give cursors beyond its last data. Where every day of the window has arrived, a
/// cursor that is repeated on a page that says nothing new, or many pages without rows, are the end then, and it is
/// noted; everywhere else they break the contract.
/// </param>
internal sealed record BucketQuery(
    IReadOnlyList<Grain> Grains,
    Func<Grain, VendorRequest> Request,
    PageShape Page,
    BucketShape Bucket,
    string CursorParameter,
    bool CursorOutlivesData = false)
{
    /// <summary>
    /// Whether the vendor may not offer the report to every account: its own 404 means that there is nothing, and is
    /// noted.
    /// </summary>
    public bool MayBeMissing { get; init; }
}

/// <summary>A list of objects.</summary>
/// <param name="Request">The request for the first page.</param>
/// <param name="Page">The names in a page.</param>
/// <param name="CursorParameter">The parameter that takes the cursor of the pages that follow.</param>
internal sealed record ListQuery(VendorRequest Request, PageShape Page, string CursorParameter)
{
    /// <summary>
    /// The member of the last object that serves as the cursor where a page gives none; null where pages always give
    /// one.
    /// </summary>
    public string? CursorOfLast { get; init; }

    /// <summary>
    /// Called where a page is refused and the request allows that; of pages after the first it may allow 403.
    /// </summary>
    public Action<RejectedEventException>? OnRefusal { get; init; }

    /// <summary>Called with what each page says beside its objects, see <see cref="PageShape.Counts"/>.</summary>
    public Action<Fields>? OnPage { get; init; }
}

/// <summary>Follows pages to their end, each streamed.</summary>
internal sealed class VendorPages(VendorApi api)
{
    private const int MaxBucketPages = 1_000;
    private const int MaxListPages = 10_000;

    /// <summary>Reads the buckets of a report, with the grain that the vendor accepted.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="record">Makes a record of a row of a grain and a day.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async IAsyncEnumerable<VendorItem> ReadBucketsAsync(
        Conversation conversation,
        BucketQuery query,
        Func<Grain, DateOnly, Fields, VendorRecord> record,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (grain, answer) = await FinestGrain.AskAsync(
            api, conversation, query.Grains, query.Request, query.MayBeMissing, cancellationToken);
        if (answer is null)
        {
            foreach (var day in conversation.Window.EachDay())
            {
                yield return new BucketArrived(day);
            }
        }

        var trail = new CursorTrail(conversation, query.Page.HasMore, MaxBucketPages);
        var days = new HashSet<DateOnly>();
        var pages = new HashSet<UInt128>();
        using var rows = new JsonValues(conversation, $"{query.Page.Items}[].{query.Bucket.Rows}[]", "");
        while (answer is not null)
        {
            string? next;
            using (answer)
            {
                var isEmpty = true;
                UInt128 said = 0;
                var page = new Envelope(answer.Body, conversation, query.Page);
                while (await page.ReadToItemsAsync(cancellationToken))
                {
                    JsonTokenType token;
                    while ((token = await answer.Body.NextAsync(cancellationToken)) == JsonTokenType.StartObject)
                    {
                        var bucket = new BucketReader(
                            answer.Body, rows, conversation, query.Page.Items, query.Bucket);
                        await foreach (var part in bucket.ReadAsync(cancellationToken))
                        {
                            days.Add(part.Day);
                            isEmpty &= part.Rows is null;
                            if (part.Rows is null)
                            {
                                yield return new BucketArrived(part.Day);
                                continue;
                            }

                            foreach (var row in part.Rows.Objects)
                            {
                                said = query.CursorOutlivesData
                                    ? unchecked(said + row.HashOfText() + (UInt128)part.Day.DayNumber)
                                    : said;
                                yield return record(grain, part.Day, row);
                            }
                        }
                    }

                    RequireEnd(conversation, query.Page, token);
                }

                // A page that came before, word for word, or has no rows, brings nothing new.
                var mayEnd = query.CursorOutlivesData && days.Count == conversation.Window.Days;
                next = page.HasMore
                    ? trail.Follow(
                        page.Cursor, query.Page.Cursor!, isEmpty, mayEnd && !pages.Add(said), mayEnd)
                    : null;
                if (!page.HasMore && !string.IsNullOrEmpty(page.Cursor))
                {
                    conversation.Note(
                        $"{query.Page.HasMore} is false beside a {query.Page.Cursor}, which is not followed");
                }
            }

            answer = next is null
                ? null
                : await api.AskAsync(
                    conversation, query.Request(grain).With(query.CursorParameter, next), cancellationToken);
        }
    }

    /// <summary>Reads the objects of a list, up to a page that is refused where the request allows that.</summary>
    public async IAsyncEnumerable<Fields> ReadListAsync(
        Conversation conversation,
        ListQuery query,
        string place,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var trail = new CursorTrail(conversation, query.Page.HasMore, MaxListPages);
        for (var request = query.Request; request is not null;)
        {
            using var answer = await api.AskAsync(conversation, request, cancellationToken);
            if (answer.Refusal is { } refusal)
            {
                query.OnRefusal?.Invoke(refusal);
                yield break;
            }

            string? lastId = null;
            var isEmpty = true;
            var page = new Envelope(answer.Body, conversation, query.Page);
            await foreach (var item in page.ReadItemsAsync(place, cancellationToken))
            {
                isEmpty = false;
                lastId = query.CursorOfLast is { } name ? item.Text(name) : null;
                yield return item;
            }

            query.OnPage?.Invoke(page.Counts(place));
            var next = page.HasMore
                ? trail.Follow(page.Cursor ?? lastId, query.Page.Cursor!, isEmpty, isNothingNew: false, mayEnd: false)
                : null;
            request = next is null
                ? null
                : query.Request.With(query.CursorParameter, next) with
                {
                    Tolerated = [.. query.Request.Tolerated.Where(status => status == HttpStatusCode.Forbidden)],
                };
        }
    }

    /// <summary>Reads a single object.</summary>
    /// <returns>Null where it is not found and the request allows that.</returns>
    public async Task<Fields?> ReadObjectAsync(
        Conversation conversation,
        VendorRequest request,
        string place,
        CancellationToken cancellationToken,
        Action<RejectedEventException>? onRefusal = null)
    {
        using var answer = await api.AskAsync(conversation, request, cancellationToken);
        if (answer.Refusal is { } refusal)
        {
            onRefusal?.Invoke(refusal);
            return null;
        }

        await answer.Body.BeginAsync(cancellationToken);
        var values = new JsonValues(conversation, place, place);
        await answer.Body.TakeAsync(values, cancellationToken);
        await answer.Body.FinishAsync(cancellationToken);
        if (values.First.Member("id") is null && values.First.Member("error") is { } error)
        {
            throw answer.Body.Refusal(error.ToElement());
        }

        return values.Object;
    }

    private static void RequireEnd(Conversation conversation, PageShape page, JsonTokenType token)
    {
        if (token != JsonTokenType.EndArray)
        {
            throw conversation.Broken($"'{page.Items}[]' is not an object.");
        }
    }
}
