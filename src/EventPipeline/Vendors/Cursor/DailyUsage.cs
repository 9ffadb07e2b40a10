using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Cursor;

/// <summary>
/// POST /teams/daily-usage-data: what each member did on each day, whether active or not. Pages go through the members,
/// so the rows of the window are held until all have arrived.
/// </summary>
/// <remarks>https://cursor.com/docs/account/teams/admin-api</remarks>
internal static class DailyUsage
{
    private const string Grain = "user.v1";

    // Events as they were counted, not what is billed; whether one is part of another is not documented.
    private static readonly string[] OtherCounts =
    [
        "acceptedLinesAdded", "acceptedLinesDeleted", "totalApplies", "totalTabsShown", "totalTabsAccepted",
        "composerRequests", "chatRequests", "agentRequests", "cmdkUsages", "subscriptionIncludedReqs", "apiKeyReqs",
        "usageBasedReqs", "bugbotUsages",
    ];

    private static readonly string[] Texts =
    [
        "mostUsedModel", "applyMostUsedExtension", "tabMostUsedExtension", "clientVersion",
    ];

    private static readonly Shape Shape = new()
    {
        // The time beside the day was seen not to be midnight.
        Ignored = ["userId", "email", "day", "date"],
        Metrics =
        [
            "isActive", "totalLinesAdded", "totalLinesDeleted", "totalAccepts", "totalRejects",
            .. OtherCounts, .. Texts,
        ],
    };

    /// <summary>Streams the window.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorApi api,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = CursorPages.DailyUsage(fetch.Window);
        var records = new List<ActivityRecord>();
        await foreach (
            var row in new NumberedPages(api).ReadAsync(conversation, query, "the daily usage", cancellationToken))
        {
            records.Add(Record(fetch, row));
        }

        var byDay = records.ToLookup(record => record.UsageDate);
        foreach (var day in fetch.Window.EachDay())
        {
            yield return new BucketArrived(day);
            foreach (var record in byDay[day])
            {
                yield return record;
            }
        }
    }

    private static ActivityRecord Record(FetchContext fetch, Fields row)
    {
        var day = DayOf(fetch.Window, row);
        var user = row.Identifier("userId") ?? row.RequiredIdentifier("email");
        return new ActivityRecord
        {
            RowKey = NaturalKey.Create(fetch, Grain, day, ("user_id", user)),
            Words = row.Words(Shape, []),
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = Grain,
            UsageDate = day,
            Product = fetch.Window.Vendor,
            ActorType = "user",
            ActorId = user,
            LinesAdded = row.GetInt64OrNull("totalLinesAdded"),
            LinesRemoved = row.GetInt64OrNull("totalLinesDeleted"),
            Accepted = row.GetInt64OrNull("totalAccepts"),
            Rejected = row.GetInt64OrNull("totalRejects"),
            Details = Texts
                .Aggregate(
                    OtherCounts.Aggregate(
                        row.Details().Add("email", row.Text("email")).Add("isActive", row.Flag("isActive")),
                        (details, name) => details.Add(name, row.GetInt64OrNull(name))),
                    (details, name) => details.Add(name, row.Text(name)))
                .ToJson(),
        };
    }

    private static DateOnly DayOf(Window window, Fields row)
    {
        var text = row.RequiredText("day");
        return UtcDay.TryParse(text, out var day) && window.Contains(day)
            ? day
            : throw row.Broken("day", $"is '{row.Quote(text)}', not one of the requested days");
    }
}
