using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Protocol;

namespace EventPipeline.Vendors.Cursor;

/// <summary>
/// Reads Cursor's Admin API: what a team's members did and used, what that is worth, and who they are.
/// </summary>
/// <remarks>https://cursor.com/docs/account/teams/admin-api</remarks>
internal sealed class CursorConnector(VendorApi api, TimeProvider time) : IVendorConnector
{
    private const string DailyUsageReport = "daily_usage";
    private const string UsageEventsReport = "usage_events";
    private const string SpendReport = "spend";
    private const string NamesReport = "names";

    // The vendor adds up by the hour, and advises to wait for that.
    private static readonly TimeSpan Lateness = TimeSpan.FromHours(2);

    public static Vendor Self { get; } = new(
        "cursor",
        "Cursor",
        new Uri("https://api.cursor.com/"),
        [
            new Report(DailyUsageReport, ReportKind.Daily, MaxWindowDays: 30, SettledAfterDays: 3)
            {
                ForgetsDays = true,
            },
            new Report(UsageEventsReport, ReportKind.Daily, MaxWindowDays: 30, SettledAfterDays: 3)
            {
                ForgetsDays = true,
                OwnLimit = CursorPages.EventLimit,
            },
            new Report(SpendReport, ReportKind.Meter, MaxWindowDays: 1, SettledAfterDays: 0),
            new Report(NamesReport, ReportKind.Snapshot, MaxWindowDays: 1, SettledAfterDays: 0)
            {
                LeastRequests = CursorEntities.Lists,
            },
        ])
    {
        Focus = new FocusNames("Cursor", "Cursor") { BillingAccount = "Team" },
        Limit = new RequestLimit(20, TimeSpan.FromMinutes(1)),
    };

    public static VendorProtocol Protocol { get; } = new(
        Self.Section,
        "Cursor requires an Admin API key of the team (key_… or crsr_…), created in its dashboard by a team admin.",
        (request, key) => request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:"))),
        ReadTime)
    {
        Limit = Self.Limit,
        KeyKinds =
        [
            // Other vendors' ids begin like that too.
            new KeyKind(
                "key_", "a key of Cursor's, the right kind; it may be deleted, or not be an admin's") { MinRest = 20 },
            new KeyKind("crsr_", "a key of Cursor's, the right kind; it may be deleted, or not be an admin's"),
        ],
    };

    public Vendor Vendor => Self;

    /// <summary>Nothing: no answer names the team.</summary>
    public Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken) =>
        Task.FromResult(OrganizationIds.None);

    public IAsyncEnumerable<VendorItem> FetchAsync(FetchContext fetch, CancellationToken cancellationToken)
    {
        var conversation = new Conversation(fetch, Protocol);
        switch (fetch.Window.Report)
        {
            case DailyUsageReport:
                NoteYoung(conversation);
                return DailyUsage.FetchAsync(api, conversation, fetch, cancellationToken);
            case UsageEventsReport:
                NoteYoung(conversation);
                return UsageEvents.FetchAsync(api, conversation, fetch, cancellationToken);
            case SpendReport:
                return Spend.FetchAsync(api, conversation, fetch, cancellationToken);
            case NamesReport:
                return CursorEntities.FetchAsync(api, conversation, fetch, cancellationToken);
            case var other:
                throw Self.NoSuchReport(other);
        }
    }

    /// <summary>
    /// A day that has just ended is read all the same: the runs of the next days read it again, and until then what
    /// there is of it is better than nothing.
    /// </summary>
    private void NoteYoung(Conversation conversation)
    {
        if (time.GetUtcNow() < conversation.Window.End + Lateness)
        {
            conversation.Note(
                $"{conversation.Window.To:yyyy-MM-dd} ended less than 2 hours before it was read, and Cursor adds up "
                    + "by the hour: some of it may be missing until it is read again");
        }
    }

    /// <summary>
    /// Milliseconds since 1970 as a number or, in events, as text; RFC 3339 in groups. UTC.
    /// </summary>
    private static DateTimeOffset? ReadTime(JsonElement value)
    {
        const long earliest = -62_135_596_800_000;
        const long latest = 253_402_300_799_999;
        if (TextOf(value) is not { } text)
        {
            return null;
        }

        return Money.TryParse(text, Money.AsIs, out var milliseconds, out var rounded)
            ? !rounded && decimal.IsInteger(milliseconds) && milliseconds is >= earliest and <= latest
                ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
                : null
            : Rfc3339.Read(text);
    }

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Number => value.GetRawText(),
                JsonValueKind.String => value.GetString(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            return null; // Half of a surrogate pair.
        }
    }
}
