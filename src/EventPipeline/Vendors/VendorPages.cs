using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace EventPipeline.Vendors;

/// <summary>A report that comes in buckets of days.</summary>
/// <param name="Grains">The ways to group it, the finest first; the next is tried where the vendor answers 400.</param>
/// <param name="Request">The request for the first page of a grain; <c>page</c> is added for those that follow.</param>
/// <param name="EndsQuietly">
/// Whether empty data or a repeated cursor is the end although the vendor says there is more; everywhere else it breaks the contract.
/// </param>
internal sealed record BucketQuery(IReadOnlyList<Grain> Grains, Func<Grain, VendorRequest> Request, bool EndsQuietly = false);

/// <summary>A list of objects.</summary>
/// <param name="Request">The request for the first page.</param>
/// <param name="CursorName">The field that leads to the next page.</param>
/// <param name="CursorParameter">The parameter that takes it.</param>
internal sealed record ListQuery(VendorRequest Request, string CursorName, string CursorParameter)
{
    /// <summary>Called where the first page is refused and the request allows that.</summary>
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
        var trail = new CursorTrail(reading, MostBucketPages, query.EndsQuietly);
        while (answer is not null)
        {
            string? next;
            using (answer)
            {
                var buckets = 0;
                var page = new Envelope(answer.Body, reading, "next_page");
                while (await page.ReadToDataAsync(cancellationToken))
                {
                    JsonTokenType token;
                    while ((token = await answer.Body.NextAsync(cancellationToken)) == JsonTokenType.StartObject)
                    {
                        buckets++;
                        await foreach (var item in new BucketReader(answer.Body, reading).ReadAsync(cancellationToken))
                        {
                            yield return (grain, item);
                        }
                    }

                    RequireEnd(reading, token);
                }

                next = page.HasMore ? trail.Follow(page.Cursor, "next_page", isEmpty: buckets == 0) : null;
            }

            answer = next is null
                ? null
                : await api.GetAsync(reading, query.Request(grain).With("page", next), cancellationToken);
        }
    }

    /// <summary>Reads the objects of a list; there are none where the first page is refused and the request allows that.</summary>
    public async IAsyncEnumerable<Fields> ReadListAsync(
        Reading reading, ListQuery query, string place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var trail = new CursorTrail(reading, MostListPages, endsQuietly: false);
        for (var request = query.Request; request is not null;)
        {
            using var answer = await api.GetAsync(reading, request, cancellationToken);
            if (answer.Refusal is { } refusal)
            {
                query.OnRefusal?.Invoke(refusal);
                yield break;
            }

            string? lastId = null;
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
                    lastId = query.CursorName == "last_id" ? item.Text("id") : null;
                    yield return item;
                }
            }

            // OpenAI does not promise last_id; its parameter takes the id of the last object.
            var next = page.HasMore ? trail.Follow(page.Cursor ?? lastId, query.CursorName, isEmpty: false) : null;
            request = next is null ? null : query.Request.With(query.CursorParameter, next);
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

    private async Task<(Grain Grain, VendorAnswer Answer)> AskAsync(Reading reading, BucketQuery query, CancellationToken cancellationToken)
    {
        foreach (var grain in query.Grains.SkipLast(1))
        {
            var answer = await api.GetAsync(
                reading, query.Request(grain) with { Tolerated = HttpStatusCode.BadRequest }, cancellationToken);
            if (answer.Refusal is null)
            {
                return (grain, answer);
            }

            answer.Dispose();
            reading.Note($"grain {grain.Name} was refused with 400, a coarser one is read: {answer.Refusal.Message}");
        }

        return (query.Grains[^1], await api.GetAsync(reading, query.Request(query.Grains[^1]), cancellationToken));
    }

    private static void RequireEnd(Reading reading, JsonTokenType token)
    {
        if (token != JsonTokenType.EndArray)
        {
            throw reading.Broken("'data[]' is not an object.");
        }
    }

    /// <summary>The cursors of one list: none comes twice, and they end.</summary>
    private sealed class CursorTrail(Reading reading, int mostPages, bool endsQuietly)
    {
        private const int LongestCursor = 8 * 1024;
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        public string? Follow(string? cursor, string name, bool isEmpty)
        {
            if (string.IsNullOrEmpty(cursor))
            {
                throw reading.Broken($"'has_more' is true, and '{name}' is missing.");
            }

            if (cursor.Length > LongestCursor)
            {
                throw reading.Broken($"'{name}' is longer than 8 KiB.");
            }

            if (endsQuietly && (isEmpty || _seen.Contains(cursor)))
            {
                return null;
            }

            if (!_seen.Add(cursor))
            {
                throw reading.Broken($"'{name}' came before: the vendor's pages go round in a circle.");
            }

            return _seen.Count < mostPages
                ? cursor
                : throw reading.Broken(string.Create(
                    CultureInfo.InvariantCulture, $"'{name}' still leads on after {mostPages} pages: the vendor's pages do not end."));
        }
    }
}
