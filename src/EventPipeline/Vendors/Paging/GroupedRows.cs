using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>A report in rows that are grouped, and in no buckets.</summary>
/// <param name="Grains">
/// The ways to group it, the finest first; a coarser one is tried where the vendor refuses the grouping.
/// </param>
/// <param name="Request">The request for the first page of a grain.</param>
/// <param name="Page">The names in a page.</param>
/// <param name="CursorParameter">The parameter that takes the cursor of the pages that follow.</param>
/// <param name="OnPage">
/// Called at the end of each page with what it says beside its rows, see <see cref="PageShape.Counts"/>; returns
/// whether the pages after it are wanted.
/// </param>
internal sealed record GroupedQuery(
    IReadOnlyList<Grain> Grains,
    Func<Grain, VendorRequest> Request,
    PageShape Page,
    string CursorParameter,
    Func<Fields, bool> OnPage);

/// <summary>One row, valid until the next is read.</summary>
/// <param name="Grain">The grain that the vendor accepted.</param>
/// <param name="Fields">What the row says.</param>
internal readonly record struct GroupedRow(Grain Grain, Fields Fields);

/// <summary>Follows the pages of grouped rows to their end, each streamed.</summary>
internal sealed class GroupedRows(VendorApi api)
{
    private const int MaxPages = 10_000;

    /// <summary>Reads the rows.</summary>
    public async IAsyncEnumerable<GroupedRow> ReadAsync(
        Conversation conversation,
        GroupedQuery query,
        string place,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (grain, answer) = await FinestGrain.AskAsync(
            api, conversation, query.Grains, query.Request, mayBeMissing: false, cancellationToken);
        var trail = new CursorTrail(conversation, query.Page.HasMore, MaxPages);
        while (answer is not null)
        {
            string? next;
            using (answer)
            {
                var isEmpty = true;
                var page = new Envelope(answer.Body, conversation, query.Page);
                await foreach (var row in page.ReadItemsAsync(place, cancellationToken))
                {
                    isEmpty = false;
                    yield return new GroupedRow(grain, row);
                }

                next = query.OnPage(page.Counts(place)) && page.HasMore
                    ? trail.Follow(page.Cursor, query.Page.Cursor!, isEmpty, isNothingNew: false, mayEnd: false)
                    : null;
            }

            answer = next is null
                ? null
                : await api.AskAsync(
                    conversation, query.Request(grain).With(query.CursorParameter, next), cancellationToken);
        }
    }
}
