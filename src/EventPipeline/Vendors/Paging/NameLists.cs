using System.Net;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>
/// The lists of a snapshot of names, each by itself: one that the key may not read (403) does not stop the others. A
/// refusal is noted, and the names stay as they were last known; if every list is refused, it is the key.
/// </summary>
/// <param name="pages">Follows the lists' pages.</param>
/// <param name="conversation">The conversation.</param>
/// <param name="makeQuery">How the vendor's lists are read.</param>
internal sealed class NameLists(VendorPages pages, Conversation conversation, Func<VendorRequest, ListQuery> makeQuery)
{
    private RejectedEventException? _refusal;
    private bool _anyRead;

    /// <summary>Reads a list of the organisation.</summary>
    public IAsyncEnumerable<Fields> ReadAsync(string path, CancellationToken cancellationToken) =>
        ReadAsync(
            new VendorRequest(path) { Tolerated = [HttpStatusCode.Forbidden] },
            Place(path),
            refusal => NoteRefusal(Place(path), refusal),
            cancellationToken);

    /// <summary>Reads a list that belongs to one project or workspace; it may be gone (404) too.</summary>
    /// <param name="path">Where the list is.</param>
    /// <param name="kind">All lists of its kind, for people: <c>projects/*/api_keys</c>.</param>
    /// <param name="cancellationToken">Stops.</param>
    public IAsyncEnumerable<Fields> ReadPartAsync(string path, string kind, CancellationToken cancellationToken) =>
        ReadAsync(
            new VendorRequest(path) { Tolerated = [HttpStatusCode.NotFound, HttpStatusCode.Forbidden] },
            Place(path),
            refusal =>
            {
                if (refusal.Cause == RejectionCause.Credential)
                {
                    conversation.Note(
                        $"{kind} was refused with 403, at least once: these names stay as they were last known");
                }
            },
            cancellationToken);

    /// <summary>Notes the refusal of something that is not a list.</summary>
    public void NoteRefusal(string place, RejectedEventException refusal)
    {
        _refusal ??= refusal;
        conversation.Note(
            $"{place} was refused with 403, so its names stay as they were last known; {refusal.Message}");
    }

    /// <summary>Ends the snapshot: every list was requested.</summary>
    /// <exception cref="RejectedEventException">Each was refused.</exception>
    public void RequireOne()
    {
        if (!_anyRead && _refusal is not null)
        {
            throw _refusal;
        }
    }

    private async IAsyncEnumerable<Fields> ReadAsync(
        VendorRequest request,
        string place,
        Action<RejectedEventException> onRefusal,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isRefused = false;
        var query = makeQuery(request) with
        {
            OnRefusal = refusal =>
            {
                isRefused = true;
                onRefusal(refusal);
            },
        };
        await foreach (var row in pages.ReadListAsync(conversation, query, place, cancellationToken))
        {
            _anyRead = true;
            yield return row;
        }

        _anyRead |= !isRefused;
    }

    private static string Place(string path) => path.Split('?')[0];
}
