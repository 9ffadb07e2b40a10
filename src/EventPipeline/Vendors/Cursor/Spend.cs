using System.Globalization;
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
/// POST /teams/spend: what each member has spent in the current billing cycle. The cycle is named behind the members,
/// so their rows are held until all have arrived.
/// </summary>
/// <remarks>https://cursor.com/docs/account/teams/admin-api</remarks>
internal static class Spend
{
    private const string Grain = "user.v1";

    private static readonly string[] Amounts =
    [
        "spendCents", "overallSpendCents", "effectivePerUserLimitDollars",
    ];

    private static readonly string[] OtherNumbers =
    [
        "fastPremiumRequests", "hardLimitOverrideDollars", "monthlyLimitDollars",
    ];

    private static readonly Shape Shape = new()
    {
        Ignored = ["userId"],
        Metrics = ["name", "email", "role", .. Amounts, .. OtherNumbers],
    };

    /// <summary>Streams the snapshot.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorApi api,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DateTimeOffset? cycle = null;
        var query = CursorPages.Spend(counts => cycle = counts.Time(CursorPages.CycleStart));
        var seats = new List<(string User, SeatRecord Seat)>();
        await foreach (
            var row in new NumberedPages(api).ReadAsync(conversation, query, "the members' spend", cancellationToken))
        {
            var user = row.Identifier("userId") ?? row.RequiredIdentifier("email");
            seats.Add((user, Record(fetch, user, row)));
        }

        yield return new BucketArrived(fetch.Window.From);
        var begin = cycle?.ToString("O", CultureInfo.InvariantCulture);
        foreach (var (user, seat) in seats)
        {
            yield return seat with
            {
                RowKey = NaturalKey.Create(
                    fetch, Grain, fetch.Window.From, ("cycle_start", begin), ("user_id", user)),
                CycleStart = cycle,
            };
        }
    }

    private static SeatRecord Record(FetchContext fetch, string user, Fields row) => new()
    {
        RowKey = default,
        Words = row.Words(Shape, []),
        Vendor = fetch.Window.Vendor,
        AccountId = fetch.AccountId,
        Report = fetch.Window.Report,
        Grain = Grain,
        UsageDate = fetch.Window.From,
        UserId = user,
        Name = row.Text("name"),
        Email = row.Text("email"),
        Role = row.Text("role"),
        SpendUsd = row.Exact("spendCents", Money.FromCents),
        OverallSpendUsd = row.ExactOrNull("overallSpendCents", Money.FromCents),
        LimitUsd = row.ExactOrNull("effectivePerUserLimitDollars", Money.AsIs),
        Details = row.Details().AddAll(row, OtherNumbers).ToJson(),
    };
}
