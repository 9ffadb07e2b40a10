using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Paging;
using static System.FormattableString;

namespace EventPipeline.Vendors.Cursor;

/// <summary>
/// How Cursor is asked: a POST of days in milliseconds, the last one included, and of a page number. What a page says
/// of the whole list tells whether the list changed meanwhile.
/// </summary>
/// <remarks>https://cursor.com/docs/account/teams/admin-api</remarks>
internal static class CursorPages
{
    // The most that the vendor takes; of meters, where no most is documented, what is usual.
    private const int PageSize = 1_000;
    private const int SpendPageSize = 100;
    private const string Paging = "pagination";
    private const string EventCount = "totalUsageEventsCount";

    /// <summary>When the vendor says that the billing cycle of its meters began.</summary>
    public const string CycleStart = "subscriptionCycleStart";

    /// <summary>Events are counted apart.</summary>
    public static readonly RequestLimit EventLimit = new(60, TimeSpan.FromMinutes(1));

    /// <summary>The usage events of some days.</summary>
    /// <param name="days">The days.</param>
    /// <param name="onCount">Called with how many events there are, after each page.</param>
    public static NumberedQuery Events(Window days, Action<long> onCount) => new(
        number => VendorRequest.PostJson("teams/filtered-usage-events", OfDays(days, number)) with
        {
            OwnLimit = EventLimit,
        },
        new PageShape("usageEvents") { Counts = [EventCount, Paging], Ignored = ["period"] },
        page => HasNext(page, "currentPage", "numPages"))
    {
        OnPage = page => onCount(page.Counts.GetInt64(EventCount)),
        Total = page => page.Counts.GetInt64(EventCount),
        Whole = page => $"{page.Counts.Object(Paging).GetInt64OrNull("numPages")} pages",
    };

    /// <summary>What every member did on some days: without a page number, only active members are named.</summary>
    public static NumberedQuery DailyUsage(Window days) => new(
        number => VendorRequest.PostJson("teams/daily-usage-data", OfDays(days, number)),
        new PageShape("data") { OptionalCounts = [Paging], Ignored = ["period"] },
        page => HasNext(page, "page", "totalPages"))
    {
        Whole = page => page.Counts.ObjectOrNull(Paging) is { } paging
            ? $"{paging.GetInt64OrNull("totalUsers")} users on {paging.GetInt64OrNull("totalPages")} pages"
            : "",
    };

    /// <summary>What every member's meter shows, in an order that the spending does not change.</summary>
    /// <param name="onPage">Called with what each page says of the billing cycle.</param>
    public static NumberedQuery Spend(Action<Fields> onPage) => new(
        number => VendorRequest.PostJson("teams/spend", Invariant(
            $$"""{"sortBy":"user","sortDirection":"asc","page":{{number}},"pageSize":{{SpendPageSize}}}""")),
        new PageShape("teamMemberSpend")
        {
            Counts = ["totalPages"],
            OptionalCounts = [CycleStart, "totalMembers"],
        },
        page => page.Number < page.Counts.GetInt64("totalPages"))
    {
        OnPage = page => onPage(page.Counts),
        Whole = page => $"{page.Counts.GetInt64OrNull("totalMembers")} members on "
            + $"{page.Counts.GetInt64("totalPages")} pages, cycle {page.Counts.Anything(CycleStart)}",
    };

    // Both bounds are included: at the next midnight, an event would be read with two days.
    private static string OfDays(Window days, int number) => Invariant(
        $$"""
        {"startDate":{{days.Start.ToUnixTimeMilliseconds()}},"endDate":{{days.End.ToUnixTimeMilliseconds() - 1}},"page":{{number}},"pageSize":{{PageSize}}}
        """);

    private static bool HasNext(NumberedPage page, string number, string last)
    {
        if (page.Counts.ObjectOrNull(Paging) is not { } paging)
        {
            page.Counts.Note("pagination is missing: it may be that only active members were named");
            return false;
        }

        return paging.GetInt64OrNull(number) is { } other && other != page.Number && page.Items > 0
            ? throw paging.Broken(number, Invariant($"is {other}, but page {page.Number} was requested"))
            : paging.Flag("hasNextPage") ?? page.Number < paging.GetInt64(last);
    }
}
