using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Http;
using EventPipeline.Vendors.Json;
using EventPipeline.Vendors.Keys;
using EventPipeline.Vendors.Paging;
using EventPipeline.Vendors.Protocol;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Vendors.Anthropic;

/// <summary>
/// GET /v1/organizations/analytics/users: what each person of an Enterprise organisation did in its products, one UTC
/// day per call. A day that is not aggregated yet is refused, and the refusal names the last that is.
/// </summary>
/// <remarks>https://platform.claude.com/docs/en/manage-claude/analytics-api</remarks>
internal static partial class UserActivity
{
    private const string Path = "v1/organizations/analytics/users";
    private const string Grain = "user.v1";

    private static readonly PageShape Page = new("data") { Cursor = "next_page" };

    // What has no column is kept as it is.
    private static readonly string[] Metrics =
    [
        "chat_metrics", "claude_code_metrics", "cowork_metrics", "design_metrics", "office_metrics", "science_metrics",
    ];

    private static readonly Shape Shape = new()
    {
        Ignored =
        [
            .. Metrics, "user", "web_search_count", "distinct_user_count", "last_activity_date", "rbac_group_id",
            "rbac_group_name",
        ],
    };

    /// <summary>Streams the window.</summary>
    public static async IAsyncEnumerable<VendorItem> FetchAsync(
        VendorPages pages,
        Conversation conversation,
        FetchContext fetch,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in fetch.Window.EachDay())
        {
            var request = new VendorRequest(FormattableString.Invariant($"{Path}?date={day:yyyy-MM-dd}&limit=1000"))
            {
                Tolerated = [HttpStatusCode.BadRequest],
                OwnLimit = AnalyticsRows.Limit,
            };
            var query = new ListQuery(request, Page, "page")
            {
                OnRefusal = refusal => throw Refused(conversation, day, refusal),
            };
            var place = FormattableString.Invariant($"the users of {day:yyyy-MM-dd}");
            var page = 0;
            await foreach (var row in pages.ReadListAsync(conversation, query, place, cancellationToken))
            {
                if (page != conversation.Pages)
                {
                    // On every page: the pages are kept with their day.
                    page = conversation.Pages;
                    yield return new BucketArrived(day);
                }

                yield return Record(fetch, day, row);
            }

            yield return new BucketArrived(day);
        }
    }

    /// <summary>A refusal that names an earlier day says that this one is not there yet; any other stays one.</summary>
    private static Exception Refused(Conversation conversation, DateOnly day, RejectedEventException refusal) =>
        Day().Matches(refusal.Message[(refusal.Message.IndexOf(Path, StringComparison.Ordinal) + 1)..])
            .Select(match => DateOnly.TryParseExact(
                match.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var told)
                    ? told
                    : day)
            .Any(told => told < day && told.Year >= 2026)
            ? conversation.Transient(
                FormattableString.Invariant($"the activity of {day:yyyy-MM-dd} is not ready: ")
                    + $"{refusal.Message} The window will be read again.")
            : refusal;

    private static ActivityRecord Record(FetchContext fetch, DateOnly day, Fields row)
    {
        var user = row.Object("user");
        var id = user.RequiredText("id");
        var code = row.ObjectOrNull("claude_code_metrics");
        var core = code?.ObjectOrNull("core_metrics");
        var lines = core?.ObjectOrNull("lines_of_code");
        var tools = code?.ObjectOrNull("tool_actions")?.Map().Select(tool => tool.Value).ToList();
        var details = row.Details()
            .Add("email_address", user.Text("email_address"))
            .Add("web_search_count", row.GetInt64OrNull("web_search_count"));
        foreach (var name in Metrics)
        {
            details.Add(name, row.Anything(name));
        }

        return new ActivityRecord
        {
            RowKey = NaturalKey.Create(fetch, Grain, day, ("user_id", id)),
            Words = row.Words(Shape, []) with { Values = row.Hash() },
            Vendor = fetch.Window.Vendor,
            AccountId = fetch.AccountId,
            Report = fetch.Window.Report,
            Grain = Grain,
            UsageDate = day,
            Product = "claude",
            ActorType = "user",
            ActorId = id,
            Sessions = core?.GetInt64OrNull("distinct_session_count"),
            Interactions = row.ObjectOrNull("chat_metrics")?.GetInt64OrNull("message_count"),
            LinesAdded = lines?.GetInt64OrNull("added_count"),
            LinesRemoved = lines?.GetInt64OrNull("removed_count"),
            Accepted = Sum(row, tools, "accepted_count"),
            Rejected = Sum(row, tools, "rejected_count"),
            Commits = core?.GetInt64OrNull("commit_count"),
            PullRequests = core?.GetInt64OrNull("pull_request_count"),
            Details = details.ToJson(),
        };
    }

    private static long? Sum(Fields row, IReadOnlyList<Fields>? tools, string name) =>
        tools?.Aggregate(0L, (sum, tool) => row.Sum(sum, tool.GetInt64(name)));

    [GeneratedRegex(@"\b\d{4}-\d{2}-\d{2}\b")]
    private static partial Regex Day();
}
