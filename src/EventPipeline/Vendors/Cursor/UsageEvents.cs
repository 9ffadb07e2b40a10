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
/// POST /teams/filtered-usage-events: everything that was used, one event a row, at Cursor's prices. The events of a
/// day are held until all have arrived, because only then those that agree can be told apart.
/// </summary>
/// <remarks>https://cursor.com/docs/account/teams/admin-api</remarks>
internal static class UsageEvents
{
    private const string Grain = "event.v1";

    // So many events take about 70 MB. What has more is read in halves, down to a day.
    private const int MaxHeld = 100_000;

    private const string User = "userEmail";
    private const string ServiceAccount = "serviceAccountId";

    // The price is not among them: it is recomputed for about a day.
    private static readonly string[] KeyNames =
    [
        "model", "conversationId", "cloudAgentId", "automationId", "maxMode", "isHeadless",
    ];

    // The address of a service account's event may be that of whatever ran it.
    private static readonly string[] UserKeyNames = [User, .. KeyNames];
    private static readonly string[] ServiceAccountKeyNames = [ServiceAccount, .. KeyNames];

    private static readonly Shape Shape = new()
    {
        Ignored = [.. UserKeyNames, ServiceAccount, "serviceAccountName", "timestamp"],
        Metrics =
        [
            "kind", "isTokenBasedCall", "isChargeable", "requestsCosts", "chargedCents", "cursorTokenFee",
        ],
        Objects =
        [
            ("tokenUsage", new Shape
            {
                Metrics =
                [
                    "inputTokens", "outputTokens", "cacheWriteTokens", "cacheReadTokens", "totalCents",
                    "discountPercentOff",
                ],
            }),
        ],
    };

    /// <summary>Streams the window: all of it at once where it is small, which saves requests.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorApi api,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var spans = new Stack<Window>([fetch.Window]);
        while (spans.TryPop(out var span))
        {
            if (await ReadAsync(api, conversation, fetch, span, cancellationToken) is not { } events)
            {
                var (earlier, later) = span.Halves();
                spans.Push(later);
                spans.Push(earlier);
                continue;
            }

            foreach (var day in span.EachDay())
            {
                yield return new BucketArrived(day);
                foreach (var record in UsageEvent.Number(events.GetValueOrDefault(day, [])))
                {
                    yield return record;
                }
            }
        }
    }

    /// <summary>The events of some days; null where they are more than are held.</summary>
    private static async Task<Dictionary<DateOnly, List<UsageEvent>>?> ReadAsync(
        VendorApi api,
        Conversation conversation,
        FetchContext fetch,
        Window span,
        CancellationToken cancellationToken)
    {
        long count = 0;
        var query = CursorPages.Events(span, known => count = known);
        var place = FormattableString.Invariant($"the events of {span.From:yyyy-MM-dd} to {span.To:yyyy-MM-dd}");
        var events = new Dictionary<DateOnly, List<UsageEvent>>();
        await foreach (
            var row in new NumberedPages(api).ReadAsync(conversation, query, place, cancellationToken))
        {
            if (count > MaxHeld && span.Days > 1)
            {
                return null;
            }

            var record = Record(fetch, span, row);
            if (!events.TryGetValue(record.UsageDate, out var ofDay))
            {
                events.Add(record.UsageDate, ofDay = []);
            }

            ofDay.Add(new UsageEvent(record, row.Hash()));
        }

        return events;
    }

    private static UsageEventRecord Record(FetchContext fetch, Window span, Fields row)
    {
        var at = row.Time("timestamp") ?? throw row.Broken("timestamp", "is missing or null");
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        if (!span.Contains(day))
        {
            throw row.Broken("timestamp", FormattableString.Invariant($"is {at:O}, which was not requested"));
        }

        var bucket = Bucket.FromEvent(at);
        var (user, serviceAccount) = (row.Text(User), row.Text(ServiceAccount));
        var tokens = row.ObjectOrNull("tokenUsage");
        var units = row.ExactOrNull("requestsCosts", Money.AsIs);
        return row.Usage(new UsageEventRecord
        {
            RowKey = row.Key(fetch, Grain, bucket, serviceAccount is null ? UserKeyNames : ServiceAccountKeyNames),
            Words = row.Words(Shape, []),
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = Grain,
            UsageDate = day,
            BucketStart = bucket.Start,
            BucketWidth = bucket.Width,
            ActorType = serviceAccount is not null ? "service_account" : user is not null ? "user" : null,
            ActorId = serviceAccount ?? user,
            Model = row.Text("model"),
            Ordinal = 1,
            Kind = row.Text("kind"),
            ConversationId = row.Text("conversationId"),
            AgentId = row.Text("cloudAgentId"),
            AutomationId = row.Text("automationId"),
            IsMaxMode = row.Flag("maxMode"),
            IsHeadless = row.Flag("isHeadless"),
            IsTokenBased = row.Flag("isTokenBasedCall"),
            IsChargeable = row.Flag("isChargeable"),
            InputUncachedTokens = tokens?.GetInt64OrNull("inputTokens"),
            CacheReadTokens = tokens?.GetInt64OrNull("cacheReadTokens"),
            CacheWriteTokens = tokens?.GetInt64OrNull("cacheWriteTokens"),
            OutputTokens = tokens?.GetInt64OrNull("outputTokens"),
            Quantity = units,
            QuantityUnit = units is null ? null : "request_units",
            ChargedUsd = row.Exact("chargedCents", Money.FromCents),
            FeeUsd = row.ExactOrNull("cursorTokenFee", Money.FromCents),
            ModelUsd = tokens?.ExactOrNull("totalCents", Money.FromCents),
            DiscountPercent = tokens?.ExactOrNull("discountPercentOff", Money.AsIs),
            Basis = CostBasis.PricedUsage,
            Dimensions = row.Details()
                .Add("user_email", serviceAccount is null ? null : user)
                .Add("service_account_name", row.Text("serviceAccountName"))
                .ToJson(),
        });
    }
}
