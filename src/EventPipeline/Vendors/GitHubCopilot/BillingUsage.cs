using System.Globalization;
using System.Runtime.CompilerServices;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.GitHubCopilot;

/// <summary>
/// GET …/settings/billing/ai_credit/usage and …/premium_request/usage: what is billed, by product, SKU, model and unit.
/// Rows have no date, so every day is a request.
/// </summary>
/// <remarks>https://docs.github.com/en/rest/billing/usage</remarks>
internal static class BillingUsage
{
    private const string Grain = "product_sku_model_unit.v1";
    private const string Period = "timePeriod";

    private static readonly string[] KeyNames = ["product", "sku", "model", "unitType"];

    private static readonly string[] OtherNumbers =
    [
        "pricePerUnit", "discountQuantity", "netQuantity",
    ];

    private static readonly Shape Shape = new()
    {
        Ignored = KeyNames,
        Metrics =
        [
            "grossQuantity", "discountQuantity", "netQuantity", "grossAmount", "discountAmount", "netAmount",
        ],

        // Two prices of one thing are two rows.
        Traits = ["pricePerUnit"],
    };

    /// <summary>Streams the window, a request a day.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorApi api,
        Conversation conversation,
        FetchContext fetch,
        CopilotPaths paths,
        string product,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = new VendorPages(api);
        foreach (var day in fetch.Window.EachDay())
        {
            var query = new ListQuery(
                new VendorRequest(paths.Billing(product, day)),
                new PageShape("usageItems")
                {
                    Counts = [Period],
                    OptionalCounts = ["organization", "enterprise"],
                    Ignored = ["user", "model", "product", "sku", "costCenter"],
                },
                CursorParameter: "page")
            {
                OnPage = said => Check(conversation, paths, day, said),
            };
            yield return new BucketArrived(day);
            var place = string.Create(CultureInfo.InvariantCulture, $"the bill of {day:yyyy-MM-dd}");
            await foreach (var row in pages.ReadListAsync(conversation, query, place, cancellationToken))
            {
                yield return Record(fetch, day, row);
            }
        }
    }

    /// <summary>
    /// What the answer says it is about: the day, and the organization or enterprise, by a name that may be changed.
    /// </summary>
    private static void Check(Conversation conversation, CopilotPaths paths, DateOnly day, Fields said)
    {
        var period = said.Object(Period);
        var (year, month, date) = (
            period.GetInt64OrNull("year"), period.GetInt64OrNull("month"), period.GetInt64OrNull("day"));
        if ((year ?? day.Year, month ?? day.Month, date ?? day.Day) != (day.Year, day.Month, day.Day)
            || (date is null && month is not null))
        {
            throw conversation.Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"the bill of {day:yyyy-MM-dd} was asked for, but '{Period}' has the year {year}, the month {month} "
                    + $"and the day {date}: the amounts are not those of the day."));
        }

        if (date is null)
        {
            conversation.Note($"{Period} names no day: its amounts are taken for those of the day that was asked for");
        }

        if (said.Text(paths.Word) is { Length: > 0 } name)
        {
            conversation.NoteOrganization(name, isId: false);
        }
    }

    private static CostRecord Record(FetchContext fetch, DateOnly day, Fields row) => new()
    {
        RowKey = row.Key(fetch, Grain, day, KeyNames),
        Words = row.Words(Shape, []),
        Vendor = fetch.Window.Vendor,
        AccountId = fetch.AccountId,
        Report = fetch.Window.Report,
        Grain = Grain,
        UsageDate = day,
        BucketStart = day.Start(),
        BucketWidth = Bucket.DayWidth,
        Model = row.Text("model"),
        LineItem = row.Text("sku"),
        CostType = row.Text("product"),
        Sku = row.Text("sku"),
        AmountUsd = row.Exact("netAmount", Money.AsIs),
        ListUsd = row.ExactOrNull("grossAmount", Money.AsIs),
        DiscountUsd = row.ExactOrNull("discountAmount", Money.AsIs),
        Currency = "USD",
        Basis = CostBasis.Billed,
        Quantity = row.ExactOrNull("grossQuantity", Money.AsIs),
        QuantityUnit = UnitOf(row.Text("unitType")),
        Dimensions = row.Details().Add("unitType", row.Text("unitType")).AddAll(row, OtherNumbers).ToJson(),
    };

    /// <summary>The same unit has been spelled in several ways; an unknown one stays as it is.</summary>
    private static string? UnitOf(string? unit) => unit?.ToUpperInvariant() switch
    {
        "AI-CREDITS" or "AI CREDITS" or "AI-UNITS" or "CREDITS" => "ai_credits",
        "REQUESTS" or "PREMIUM-REQUESTS" => "requests",
        _ => unit,
    };
}
