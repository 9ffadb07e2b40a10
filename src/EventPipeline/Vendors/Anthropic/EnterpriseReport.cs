using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// One of the two older reports of Claude Enterprise, of its usage or its cost, and the one beside it that tells the
/// same by person. Of everybody, at most 100 groups a day have a row, and people are only those who have a seat: so
/// a day is asked for as a whole, which is what counts, by group, and by person. What no group and nobody accounts for
/// is what is left.
/// </summary>
/// <remarks>https://platform.claude.com/docs/en/api/admin/analytics</remarks>
/// <param name="Path">The path of everybody's, below the analytics.</param>
/// <param name="PeoplePath">The path of the people's.</param>
/// <param name="Grains">By person and group, by group, and ungrouped.</param>
/// <param name="Read">Reads a row.</param>
/// <param name="Record">Makes a record of a share.</param>
internal sealed record EnterpriseReport(
    string Path,
    string PeoplePath,
    IReadOnlyList<Grain> Grains,
    Func<Fields, EnterpriseShare> Read,
    Func<FetchContext, Grain, DateOnly, EnterpriseShare, VendorRecord> Record)
{
    /// <summary>All of a day, its groups, and its people, however little there is.</summary>
    public const int LeastRequests = 3;

    private const string Root = "v1/organizations/analytics/";
    private const string Rows = "results";

    private static readonly FrozenSet<string> BucketMembers = new[] { "starting_at", "ending_at", Rows }.ToFrozenSet();

    /// <summary>The three ways to group it.</summary>
    /// <param name="groups">What groups are made of.</param>
    /// <param name="name">What they are called.</param>
    public static IReadOnlyList<Grain> GrainsOf(IReadOnlyList<string> groups, string name) =>
    [
        new($"{name}_person.v1", [.. groups, AnalyticsGroup.Actor]), new($"{name}.v1", groups), new("ungrouped.v1"),
    ];

    /// <summary>The natural key of a share.</summary>
    public static RowKey Key(FetchContext fetch, Grain grain, DateOnly day, EnterpriseShare share) => NaturalKey.Create(
        fetch,
        grain.Name,
        day,
        grain.Dimensions.SelectMany(name => name == AnalyticsGroup.Actor
            ? AnalyticsActor.Dimensions(share.Actor)
            : [(name, name switch
            {
                "product" => share.Group.Product,
                "model" => share.Group.Model,
                "cost_type" => share.Group.CostType,
                _ => share.Group.TokenType,
            })]));

    /// <summary>Streams the window, one day held at a time.</summary>
    public async IAsyncEnumerable<VendorItem> FetchAsync(
        GroupedRows rows,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in fetch.Window.EachDay())
        {
            // All that is said of a day has to be of one export.
            var read = new OneDay(rows, conversation, new Watermark(conversation, day), day);
            var all = await BucketAsync(read, Grains[2], cancellationToken);
            read.Export.RequireAll();
            var groups = await BucketAsync(read, Grains[1], cancellationToken);
            var people = await PeopleAsync(read, cancellationToken);
            var (grain, shares) = Split(conversation, day, all, groups, people);
            yield return new BucketArrived(day);
            foreach (var share in shares)
            {
                yield return Record(fetch, grain, day, share);
            }
        }
    }

    /// <summary>The finest shares that add up to all of the day.</summary>
    private (Grain Grain, IReadOnlyList<EnterpriseShare> Shares) Split(
        Conversation conversation,
        DateOnly day,
        List<EnterpriseShare> all,
        List<EnterpriseShare> groups,
        List<EnterpriseShare> people)
    {
        if (all.Count == 0 && groups.Count + people.Count == 0)
        {
            return (Grains[0], []);
        }

        if (all.Count != 1)
        {
            throw conversation.Broken(
                FormattableString.Invariant($"{Path} of {day:yyyy-MM-dd} has {all.Count} rows where it is not grouped")
                    + ", and one is documented wherever there is anything.");
        }

        // A row of a group that has no name is in what is left of the day.
        var named = groups.Where(share => share.Group != EnterpriseGroup.None);
        if (EnterpriseShare.Split(all, [.. named]) is not { } some)
        {
            conversation.Note($"the groups of {Path} are more than all of it: its days are read ungrouped");
            return (Grains[2], all);
        }

        if (EnterpriseShare.Split(some, people) is not { } shares)
        {
            conversation.Note($"the people of {PeoplePath} used more than {Path} has: its days are read without them");
            return (Grains[1], some);
        }

        return (Grains[0], shares);
    }

    private async Task<List<EnterpriseShare>> BucketAsync(OneDay read, Grain grain, CancellationToken cancellationToken)
    {
        var (shares, buckets) = (new List<EnterpriseShare>(), 0);
        await foreach (var bucket in read.AskAsync(Path, "&limit=1", grain.Dimensions, cancellationToken))
        {
            buckets++;
            bucket.NoteUnknown(BucketMembers);
            shares.AddRange(bucket.Objects(Rows).Select(Read));
        }

        return buckets == 1 || !read.Export.Has(read.Day)
            ? shares
            : throw read.Conversation.Broken(
                FormattableString.Invariant($"{Path} of {read.Day:yyyy-MM-dd} has {buckets} buckets, not one."));
    }

    private async Task<List<EnterpriseShare>> PeopleAsync(OneDay read, CancellationToken cancellationToken)
    {
        var shares = new List<EnterpriseShare>();
        await foreach (var row in read.AskAsync(PeoplePath, "&limit=1000", Grains[1].Dimensions, cancellationToken))
        {
            var share = Read(row);
            shares.Add(share.Actor is null ? throw row.Broken(AnalyticsGroup.Actor, "is missing") : share);
        }

        return shares;
    }

    /// <summary>The requests about a day.</summary>
    private sealed record OneDay(GroupedRows Rows, Conversation Conversation, Watermark Export, DateOnly Day)
    {
        public async IAsyncEnumerable<Fields> AskAsync(
            string path,
            string limit,
            IReadOnlyList<string> groups,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var request = new VendorRequest(
                FormattableString.Invariant($"{Root}{path}?starting_at={Day:yyyy-MM-dd}T00:00:00Z")
                + FormattableString.Invariant($"&ending_at={Day.AddDays(1):yyyy-MM-dd}T00:00:00Z")
                + $"&bucket_width={Bucket.DayWidth}{limit}"
                + string.Concat(groups.Select(name => $"&group_by[]={name}")))
            {
                OwnLimit = AnalyticsRows.Limit,
            };
            var query = new GroupedQuery(
                [new Grain(path, groups)], _ => request, AnalyticsRows.Page, "page", Export.Note);
            var place = FormattableString.Invariant($"{path} of {Day:yyyy-MM-dd}");
            await foreach (var (_, fields) in Rows.ReadAsync(Conversation, query, place, cancellationToken))
            {
                yield return AnalyticsRows.DayOf(fields) is var told && told == Day
                    ? fields
                    : throw fields.Broken(
                        "starting_at",
                        FormattableString.Invariant($"is {told:yyyy-MM-dd}, not the day that was asked for"));
            }
        }
    }
}
