using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Cursor;

/// <summary>
/// The names behind ids, as they are today: members, also removed ones, and the billing groups that they are in. What a
/// group spends is what its members spend, so it stays with the group's details.
/// </summary>
/// <remarks>https://cursor.com/docs/account/teams/admin-api</remarks>
internal static class CursorEntities
{
    /// <summary>The members and the groups.</summary>
    public const int Lists = 2;

    private const string Grain = "id.v1";
    private const string Members = "teams/members";
    private const string Groups = "teams/groups";
    private const string Unassigned = "unassignedGroup";

    private static readonly FrozenSet<string> KnownMember = Known("id", "name", "email", "role", "isRemoved");
    private static readonly FrozenSet<string> KnownGroup = Known(
        "id",
        "name",
        "type",
        "directoryGroupId",
        "memberCount",
        "createdAt",
        "updatedAt",
        "spendCents",
        "currentMembers",
        "formerMembers",
        "dailySpend");
    private static readonly FrozenSet<string> KnownGroupMember = Known(
        "userId", "name", "email", "joinedAt", "leftAt", "spendCents");

    /// <summary>Streams the snapshot.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorApi api,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = new VendorPages(api);
        yield return new BucketArrived(fetch.Window.From);
        await foreach (
            var row in pages.ReadListAsync(
                conversation, OnePage(new VendorRequest(Members), "teamMembers"), Members, cancellationToken))
        {
            yield return Member(fetch, row);
        }

        Fields? unassigned = null;
        var groups = OnePage(new VendorRequest(Groups) { Tolerated = VendorRequest.NotInPlan }, "groups") with
        {
            OnRefusal = refusal => conversation.Note(
                $"{Groups} is not served to this team: billing groups belong to the plan Enterprise; "
                    + refusal.Message),
            OnPage = counts => unassigned = counts.ObjectOrNull(Unassigned),
        };
        await foreach (var row in pages.ReadListAsync(conversation, groups, Groups, cancellationToken))
        {
            foreach (var entity in Group(fetch, row))
            {
                yield return entity;
            }
        }

        foreach (var entity in unassigned is { } rest ? Group(fetch, rest) : [])
        {
            yield return entity;
        }
    }

    private static ListQuery OnePage(VendorRequest request, string items) => new(
        request,
        new PageShape(items) { OptionalCounts = [Unassigned], Ignored = ["billingCycle"] },
        CursorParameter: "page");

    private static EntityRecord Member(FetchContext fetch, Fields row)
    {
        row.NoteUnknown(KnownMember);
        var id = row.Identifier("id") ?? row.RequiredIdentifier("email");
        return EntityRecord.Create(fetch, Grain, "user", id) with
        {
            Name = row.Text("name"),
            Email = row.Text("email"),
            Status = row.Flag("isRemoved") switch { null => null, true => "removed", false => "active" },
            Details = row.Details().Add("role", row.Text("role")).ToJson(),
        };
    }

    private static IEnumerable<EntityRecord> Group(FetchContext fetch, Fields row)
    {
        row.NoteUnknown(KnownGroup);
        var id = row.RequiredIdentifier("id");
        yield return EntityRecord.Create(fetch, Grain, "group", id) with
        {
            Name = row.Text("name"),
            CreatedAt = row.Time("createdAt"),
            Details = row.Details()
                .Add("type", row.Text("type"))
                .Add("directoryGroupId", row.Text("directoryGroupId"))
                .Add("memberCount", row.GetInt64OrNull("memberCount"))
                .Add("spendCents", row.Anything("spendCents"))
                .Add("dailySpend", row.Anything("dailySpend"))
                .ToJson(),
        };
        foreach (var (list, status) in new[] { ("currentMembers", "active"), ("formerMembers", "former") })
        {
            foreach (var member in row.Anything(list) is null ? [] : row.Objects(list))
            {
                yield return GroupMember(fetch, id, status, member);
            }
        }
    }

    private static EntityRecord GroupMember(FetchContext fetch, string group, string status, Fields row)
    {
        row.NoteUnknown(KnownGroupMember);
        var user = row.Identifier("userId") ?? row.RequiredIdentifier("email");
        return EntityRecord.Create(fetch, Grain, "group_member", $"{group}/{user}") with
        {
            Name = row.Text("name"),
            Email = row.Text("email"),
            ParentId = group,
            Status = status,
            CreatedAt = row.Time("joinedAt"),
            DeletedAt = row.Time("leftAt"),
            Details = row.Details().Add("userId", user).Add("spendCents", row.Anything("spendCents")).ToJson(),
        };
    }

    private static FrozenSet<string> Known(params IEnumerable<string> names) =>
        names.ToFrozenSet(StringComparer.Ordinal);
}
