using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>A report that comes in buckets of days.</summary>
/// <param name="Grains">The ways to group it, the finest first; a coarser one is tried where the vendor refuses the grouping.</param>
/// <param name="Request">The request for the first page of a grain; <c>page</c> is added for those that follow.</param>
/// <param name="CursorOutlivesData">
/// Whether the vendor was seen to give cursors beyond its last data. Where every day of the window has arrived, a cursor that comes again on
/// a page that says nothing new, or many pages without rows, are the end then, and it is noted; everywhere else they break the contract.
/// </param>
internal sealed record BucketQuery(IReadOnlyList<Grain> Grains, Func<Grain, VendorRequest> Request, bool CursorOutlivesData = false);

/// <summary>A list of objects.</summary>
/// <param name="Request">The request for the first page.</param>
/// <param name="CursorName">The field that leads to the next page.</param>
/// <param name="CursorParameter">The parameter that takes it.</param>
internal sealed record ListQuery(VendorRequest Request, string CursorName, string CursorParameter)
{
    /// <summary>Called where a page is refused and the request allows that; of pages after the first it may allow 403.</summary>
    public Action<RejectedEventException>? OnRefusal { get; init; }
}

/// <summary>Follows pages to their end, each streamed.</summary>
internal sealed class VendorPages(VendorApi api)
{
    private const int MostBucketPages = 1_000;
    private const int MostListPages = 10_000;

    /// <summary>Reads the buckets of a report, with the grain the vendor agreed to.</summary>
    public async IAsyncEnumerable<(Grain Grain, BucketItem Item)> ReadBucketsAsync(
        Reading reading, BucketQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (grain, answer) = await AskAsync(reading, query, cancellationToken);
        var trail = new CursorTrail(reading, MostBucketPages);
        var days = new HashSet<DateOnly>();
        var pages = new HashSet<UInt128>();
        while (answer is not null)
        {
            string? next;
            using (answer)
            {
                var rows = 0;
                UInt128 said = 0;
                var page = new Envelope(answer.Body, reading, "next_page");
                while (await page.ReadToDataAsync(cancellationToken))
                {
                    JsonTokenType token;
                    while ((token = await answer.Body.NextAsync(cancellationToken)) == JsonTokenType.StartObject)
                    {
                        await foreach (var item in new BucketReader(answer.Body, reading).ReadAsync(cancellationToken))
                        {
                            days.Add(item.Day);
                            rows += item.Row is null ? 0 : 1;
                            said = query.CursorOutlivesData && item.Row is { } row ? unchecked(said + row.Hash() + (UInt128)item.Day.DayNumber) : said;
                            yield return (grain, item);
                        }
                    }

                    RequireEnd(reading, token);
                }

                // A page that came before, word for word, or has no rows, brings nothing new.
                var mayEnd = query.CursorOutlivesData && days.Count == reading.Window.Days;
                next = page.HasMore ? trail.Follow(page.Cursor, "next_page", isEmpty: rows == 0, mayEnd && !pages.Add(said), mayEnd) : null;
                if (!page.HasMore && !string.IsNullOrEmpty(page.Cursor))
                {
                    reading.Note("has_more is false beside a next_page, which is not followed");
                }
            }

            answer = next is null
                ? null
                : await api.GetAsync(reading, query.Request(grain).With("page", next), cancellationToken);
        }
    }

    /// <summary>Reads the objects of a list, up to a page that is refused where the request allows that.</summary>
    public async IAsyncEnumerable<Fields> ReadListAsync(
        Reading reading, ListQuery query, string place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var trail = new CursorTrail(reading, MostListPages);
        for (var request = query.Request; request is not null;)
        {
            using var answer = await api.GetAsync(reading, request, cancellationToken);
            if (answer.Refusal is { } refusal)
            {
                query.OnRefusal?.Invoke(refusal);
                yield break;
            }

            string? lastId = null;
            var isEmpty = true;
            var page = new Envelope(answer.Body, reading, query.CursorName);
            while (await page.ReadToDataAsync(cancellationToken))
            {
                while (await answer.Body.NextValueAsync(cancellationToken) is { } value)
                {
                    var element = answer.Body.Parse(value);
                    if (element.ValueKind != JsonValueKind.Object)
                    {
                        throw reading.Broken($"'data[]' is not an object in {place}.");
                    }

                    var item = new Fields(element, "data[]", place, reading);
                    isEmpty = false;
                    lastId = query.CursorName == "last_id" ? item.Text("id") : null;
                    yield return item;
                }
            }

            // OpenAI does not promise last_id; its parameter takes the id of the last object.
            var next = page.HasMore ? trail.Follow(page.Cursor ?? lastId, query.CursorName, isEmpty, isNothingNew: false, mayEnd: false) : null;
            request = next is null ? null : query.Request.With(query.CursorParameter, next) with { MayBeForbidden = query.Request.MayBeForbidden };
        }
    }

    /// <summary>Reads a single object.</summary>
    /// <returns>Null where it is not found and the request allows that.</returns>
    public async Task<Fields?> ReadObjectAsync(
        Reading reading, VendorRequest request, string place, CancellationToken cancellationToken, Action<RejectedEventException>? onRefusal = null)
    {
        using var answer = await api.GetAsync(reading, request, cancellationToken);
        if (answer.Refusal is { } refusal)
        {
            onRefusal?.Invoke(refusal);
            return null;
        }

        await answer.Body.BeginAsync(cancellationToken);
        var element = answer.Body.Parse(await answer.Body.NextValueAsync(cancellationToken) ?? []);
        await answer.Body.FinishAsync(cancellationToken);
        if (element.ValueKind == JsonValueKind.Object && !element.TryGetProperty("id", out _) && element.TryGetProperty("error", out var error))
        {
            throw answer.Body.Refusal(error);
        }

        return new Fields(element, place, place, reading);
    }

    /// <summary>Asks for the finest grain that the vendor agrees to. Only its own refusal to group leads to a coarser one; any other stays a refusal.</summary>
    private async Task<(Grain Grain, VendorAnswer Answer)> AskAsync(Reading reading, BucketQuery query, CancellationToken cancellationToken)
    {
        var refused = new List<IReadOnlyList<string>>();
        for (var grain = query.Grains[0]; ;)
        {
            var answer = await api.GetAsync(
                reading, query.Request(grain) with { Tolerated = HttpStatusCode.BadRequest }, cancellationToken);
            if (answer.Refusal is null)
            {
                return (grain, answer);
            }

            answer.Dispose();
            if (reading.Protocol.RefusedGroups(answer.Error!, grain) is not { } named)
            {
                throw answer.Refusal;
            }

            refused.AddRange(named);
            var coarser = grain.Coarser(query.Grains, refused) ?? throw answer.Refusal;
            reading.Note($"grain {grain.Name} was refused with 400, {coarser.Name} is read: {answer.Refusal.Message}");
            grain = coarser;
        }
    }

    private static void RequireEnd(Reading reading, JsonTokenType token)
    {
        if (token != JsonTokenType.EndArray)
        {
            throw reading.Broken("'data[]' is not an object.");
        }
    }

    /// <summary>The cursors of one list: none comes twice, and they end. An empty page is no end.</summary>
    private sealed class CursorTrail(Reading reading, int mostPages)
    {
        private const int LongestCursor = 8 * 1024;
        private const int MostEmptyPages = 50;
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private int _empty;
        private int _followed;

        /// <summary>Where the vendor says that there is more, the cursor to follow.</summary>
        /// <param name="cursor">The vendor's cursor.</param>
        /// <param name="name">The field it came in.</param>
        /// <param name="isEmpty">Whether the page brought no rows.</param>
        /// <param name="isNothingNew">Whether its rows had come before.</param>
        /// <param name="mayEnd">Whether all that was asked for has arrived, and the vendor was seen to lead on beyond it.</param>
        /// <returns>Null where it leads on beyond the end.</returns>
        public string? Follow(string? cursor, string name, bool isEmpty, bool isNothingNew, bool mayEnd)
        {
            _empty = isEmpty ? _empty + 1 : 0;
            if (string.IsNullOrEmpty(cursor))
            {
                throw reading.Broken($"'has_more' is true, and '{name}' is missing.");
            }

            if (cursor.Length > LongestCursor)
            {
                throw reading.Broken($"'{name}' is longer than 8 KiB.");
            }

            // A cursor that comes again beside new rows is followed once more: only what it leads to says that nothing is behind it.
            var comesAgain = !_seen.Add(cursor);
            if (mayEnd && ((comesAgain && (isEmpty || isNothingNew)) || _empty == MostEmptyPages))
            {
                reading.Note(string.Create(
                    CultureInfo.InvariantCulture,
                    $"has_more stays true beyond the last data: every day had arrived, and the reading ended after {_empty} pages without rows"));
                return null;
            }

            if (comesAgain && !mayEnd)
            {
                throw reading.Broken($"'{name}' came before: the vendor's pages go round in a circle.");
            }

            if (_empty == MostEmptyPages)
            {
                throw reading.Broken(string.Create(
                    CultureInfo.InvariantCulture, $"'{name}' leads on from one page without rows to the next, {_empty} times: the vendor's pages do not end."));
            }

            return ++_followed < mostPages
                ? cursor
                : throw reading.Broken(string.Create(
                    CultureInfo.InvariantCulture, $"'{name}' still leads on after {mostPages} pages: the vendor's pages do not end."));
        }
    }
}
