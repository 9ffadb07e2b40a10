using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Paging;

/// <summary>
/// Asks for a report in the finest grain that the vendor accepts. Only its own refusal to group leads to a coarser one;
/// any other stays a refusal, but for the 404 of a report that may be missing: then there is no answer.
/// </summary>
internal static class FinestGrain
{
    /// <summary>Asks.</summary>
    /// <param name="api">The vendor.</param>
    /// <param name="conversation">The conversation.</param>
    /// <param name="grains">
    /// The ways to group it, the finest first; where the conversation wants totals it is not grouped.
    /// </param>
    /// <param name="request">The request for the first page of a grain.</param>
    /// <param name="mayBeMissing">Whether the vendor may not offer it.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The grain, and the first page; no page where the vendor does not offer it.</returns>
    public static async Task<(Grain Grain, VendorAnswer? Answer)> AskAsync(
        VendorApi api,
        Conversation conversation,
        IReadOnlyList<Grain> grains,
        Func<Grain, VendorRequest> request,
        bool mayBeMissing,
        CancellationToken cancellationToken)
    {
        var refused = new List<IReadOnlyList<string>>();
        for (var grain = conversation.IsTotal ? Grain.Ungrouped : grains[0]; ;)
        {
            var answer = await api.AskAsync(
                conversation,
                request(grain) with
                {
                    Tolerated = mayBeMissing ? VendorRequest.AnyRefusal : [HttpStatusCode.BadRequest],
                },
                cancellationToken);
            if (answer.Refusal is null)
            {
                return (grain, answer);
            }

            answer.Dispose();
            if (answer.RefusedWith == HttpStatusCode.NotFound && answer.Error is { IsPage: false, Type: not null })
            {
                conversation.Note($"the report is not offered, and nothing is read: {answer.Refusal.Message}");
                return (grain, null);
            }

            if (conversation.Protocol.RefusedGroups(answer.Error!, grain) is not { } named)
            {
                throw answer.Refusal;
            }

            refused.AddRange(named);
            var coarser = grain.Coarser(grains, refused) ?? throw answer.Refusal;
            conversation.Note(
                $"grain {grain.Name} was refused with 400, {coarser.Name} is read: {answer.Refusal.Message}");
            grain = coarser;
        }
    }
}
