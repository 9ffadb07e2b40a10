using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>Reads lists whose pages are linked in the header <c>Link</c>, and files of lines.</summary>
internal sealed class LinkedPages(VendorApi api)
{
    private const int MaxPages = 10_000;

    /// <summary>
    /// Reads the objects of a list, page after page (RFC 8288, <c>rel="next"</c>), or where the shape has a cursor, by
    /// the addresses that it is. The credential goes to the account's own host and no other.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="first">The request for the first page.</param>
    /// <param name="shape">The names in a page.</param>
    /// <param name="place">Where the objects are, for people.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="onPage">
    /// Called with what each page says beside its objects, see <see cref="PageShape.Counts"/>.
    /// </param>
    public async IAsyncEnumerable<Fields> ReadAsync(
        Conversation conversation,
        VendorRequest first,
        PageShape shape,
        string place,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        Action<Fields>? onPage = null)
    {
        var trail = new CursorTrail(conversation, hasMore: null, MaxPages);
        for (var request = first; request is not null;)
        {
            using var answer = await api.AskAsync(conversation, request, cancellationToken);
            var isEmpty = true;
            var page = new Envelope(answer.Body, conversation, shape);
            await foreach (var item in page.ReadItemsAsync(place, cancellationToken))
            {
                isEmpty = false;
                yield return item;
            }

            onPage?.Invoke(page.Counts(place));
            var link = shape.Cursor is null ? answer.NextLink : page.Cursor;
            request = string.IsNullOrEmpty(link)
                ? null
                : Next(conversation, request, shape, trail.Follow(
                    link, shape.Cursor ?? "Link", isEmpty, isNothingNew: false, mayEnd: false)!);
        }
    }

    /// <summary>
    /// Reads a file of objects: one a line (NDJSON), the elements of one array, or one object alone. A line may be as
    /// long as any other value; memory does not grow with the file.
    /// </summary>
    public async IAsyncEnumerable<Fields> ReadLinesAsync(
        Conversation conversation,
        VendorRequest request,
        string place,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = await api.AskAsync(conversation, request with { MayBeLines = true }, cancellationToken);
        var body = answer.Body;
        var isArray = await body.BeginAsync(cancellationToken);
        if (isArray)
        {
            await body.NextAsync(cancellationToken);
        }

        using var items = new JsonValues(conversation, "[]", place);
        while (isArray
            ? await body.TakeAsync(items, cancellationToken)
            : await body.TakeLineAsync(items, cancellationToken))
        {
            yield return items.Object;
            items.Clear();
        }

        await body.FinishAsync(cancellationToken);
    }

    private static VendorRequest Next(
        Conversation conversation, VendorRequest request, PageShape shape, string link) =>
        Uri.TryCreate(request.Address(conversation.Account.BaseAddress), link, out var address)
            ? request with { PathAndQuery = address.AbsoluteUri }
            : throw conversation.Broken(
                $"{(shape.Cursor is null ? "the header Link" : $"'{shape.Cursor}'")} leads to "
                    + $"'{conversation.Quote(Addresses.WithoutQuery(link))}', which is not an address.");
}
