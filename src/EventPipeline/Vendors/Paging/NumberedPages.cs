using System.Globalization;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>A list of objects whose pages are numbered.</summary>
/// <param name="Request">The request for a page, from 1.</param>
/// <param name="Page">The names in a page.</param>
/// <param name="HasNext">Whether another page follows this one.</param>
internal sealed record NumberedQuery(Func<int, VendorRequest> Request, PageShape Page, Func<NumberedPage, bool> HasNext)
{
    /// <summary>How many objects the vendor says that all pages hold together; null where it does not say.</summary>
    public Func<NumberedPage, long>? Total { get; init; }

    /// <summary>
    /// What every page says of the whole list, such as how many pages it has: a list that says something else on
    /// another page has changed. Null where pages say nothing of it.
    /// </summary>
    public Func<NumberedPage, string>? Whole { get; init; }

    /// <summary>Called when a page has ended.</summary>
    public Action<NumberedPage>? OnPage { get; init; }
}

/// <summary>A page that was read.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Items">How many objects it held.</param>
/// <param name="Counts">
/// What the vendor says about its position among the others, see <see cref="PageShape.Counts"/>.
/// </param>
internal sealed record NumberedPage(int Number, int Items, Fields Counts);

/// <summary>
/// Follows numbered pages to their end, each streamed. What is added or removed meanwhile moves objects from one page
/// to another, where they appear twice or never: a total that changes, or that is not what came, is read again.
/// </summary>
internal sealed class NumberedPages(VendorApi api)
{
    private const int MaxPages = 10_000;

    /// <summary>Reads the objects.</summary>
    /// <exception cref="TransientFailureException">The list changed while it was read.</exception>
    public async IAsyncEnumerable<Fields> ReadAsync(
        Conversation conversation,
        NumberedQuery query,
        string place,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<UInt128>();
        long count = 0;
        long? total = null;
        string? whole = null;
        for (var number = 1; ; number++)
        {
            if (number > MaxPages)
            {
                throw conversation.Broken(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{place} still have more after {MaxPages} pages: pagination does not end."));
            }

            using var answer = await api.AskAsync(conversation, query.Request(number), cancellationToken);
            var envelope = new Envelope(answer.Body, conversation, query.Page);
            var items = 0;
            UInt128 said = 0;
            await foreach (var item in envelope.ReadItemsAsync(place, cancellationToken))
            {
                items++;
                said = unchecked(said + item.Hash());
                yield return item;
            }

            var page = new NumberedPage(number, items, envelope.Counts(place));
            count += items;
            query.OnPage?.Invoke(page);
            RequireNew(conversation, place, seen, page, said, query.Total is not null);
            total = query.Total is null ? null : RequireSame(conversation, place, total, query.Total(page));
            whole = query.Whole is null ? null : RequireSame(conversation, place, whole, query.Whole(page));

            if (!query.HasNext(page))
            {
                break;
            }

            RequireItems(conversation, place, page);
        }

        if (total is { } told && told != count)
        {
            throw conversation.Transient(string.Create(
                CultureInfo.InvariantCulture,
                $"{place} changed while they were read: the vendor reports {told}, but {count} arrived."));
        }
    }

    /// <summary>
    /// A page that came before shows that the pages moved. Where a total says how many objects there are, a single
    /// object may really be there twice.
    /// </summary>
    private static void RequireNew(
        Conversation conversation,
        string place,
        HashSet<UInt128> seen,
        NumberedPage page,
        UInt128 said,
        bool hasTotal)
    {
        if (page.Items > (hasTotal ? 1 : 0) && !seen.Add(said))
        {
            throw conversation.Transient(string.Create(
                CultureInfo.InvariantCulture,
                $"{place} changed while they were read: page {page.Number} repeats one before it."));
        }
    }

    private static long RequireSame(Conversation conversation, string place, long? before, long now) =>
        before is null || before == now
        ? now
        : throw conversation.Transient(string.Create(
            CultureInfo.InvariantCulture,
            $"{place} changed while they were read: there were {before} of them, and now there are {now}."));

    private static string RequireSame(Conversation conversation, string place, string? before, string now) =>
        before is null || before == now
        ? now
        : throw conversation.Transient(
            $"{place} changed while they were read: first the vendor said '{conversation.Quote(before)}', then "
                + $"'{conversation.Quote(now)}'.");

    private static void RequireItems(Conversation conversation, string place, NumberedPage page)
    {
        if (page.Items == 0)
        {
            throw conversation.Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"page {page.Number} of {place} is empty, but the vendor says that another one follows."));
        }
    }
}
