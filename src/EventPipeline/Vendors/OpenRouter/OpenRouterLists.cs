using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.OpenRouter;

/// <summary>
/// What OpenRouter answers: lists in <c>data</c>, whole or by how many objects to skip, and one object in it.
/// </summary>
internal sealed class OpenRouterLists(VendorPages pages, Conversation conversation)
{
    private static readonly PageShape Page = new("data") { Ignored = ["total_count"] };

    /// <summary>
    /// A request. The vendor's address is known both with and without <c>/api</c>, so an account's may end in it.
    /// </summary>
    public VendorRequest Request(string path) =>
        new(conversation.Account.BaseAddress.AbsolutePath.EndsWith("/api/", StringComparison.OrdinalIgnoreCase)
            ? $"v1/{path}"
            : $"api/v1/{path}");

    /// <summary>Reads a list that comes whole.</summary>
    /// <param name="request">The request.</param>
    /// <param name="place">Where its objects are, for people.</param>
    /// <param name="onRefusal">Called where it is refused and may be.</param>
    /// <param name="cancellationToken">Stops.</param>
    public IAsyncEnumerable<Fields> ReadAsync(
        VendorRequest request,
        string place,
        Action<RejectedEventException>? onRefusal,
        CancellationToken cancellationToken) =>
        pages.ReadListAsync(
            conversation,
            new ListQuery(request, Page, "offset") { OnRefusal = onRefusal },
            place,
            cancellationToken);

    /// <summary>
    /// Reads a list that comes in pages. How long they are is not documented: the end is a page with nothing new.
    /// </summary>
    /// <param name="request">The request for the first page, which may be refused.</param>
    /// <param name="id">The member that identifies an object.</param>
    /// <param name="place">Where its objects are, for people.</param>
    /// <param name="onRefusal">Called where it is refused.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async IAsyncEnumerable<Fields> ReadPagesAsync(
        VendorRequest request,
        string id,
        string place,
        Action<RejectedEventException> onRefusal,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var before = -1; before < seen.Count;)
        {
            before = seen.Count;
            var next = before == 0
                ? request with { Tolerated = VendorRequest.AnyRefusal }
                : request.With("offset", FormattableString.Invariant($"{before}"));
            await foreach (var item in ReadAsync(next, place, onRefusal, cancellationToken))
            {
                if (seen.Add(item.RequiredText(id)))
                {
                    yield return item;
                }
            }
        }
    }

    /// <summary>Reads the object in <c>data</c>.</summary>
    public async Task<Fields> ReadObjectAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await pages.ReadObjectAsync(conversation, Request(path), $"the {path}", cancellationToken)
            ?? throw new InvalidOperationException($"{path} may not be refused.");
        answer.NoteUnknown(["data"]);
        return answer.Object("data");
    }
}
