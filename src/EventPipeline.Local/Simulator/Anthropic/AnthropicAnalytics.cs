using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Reports;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Anthropic;

/// <summary>
/// <c>GET /v1/organizations/analytics/usage</c> and <c>/cost</c>: flat rows of days, nothing for an empty one, served
/// from an export that is made every four hours.
/// </summary>
internal static class AnthropicAnalytics
{
    /// <summary>What both paths begin with.</summary>
    public const string Root = "analytics/";

    /// <summary>The cents of a line after discounts, and before them.</summary>
    public const string Net = "amount";
    public const string List = "list_amount";

    private const string Beta = "analytics-usage-cost-2026-08-24";
    private const int MaxGroups = 5;

    // A page may hold fewer rows than were asked for, and there are more.
    private const int MaxServed = 200;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Export = TimeSpan.FromHours(4);
    private static readonly PageLimit Limit = new(20, 1_000);
    private static readonly string[] Types = ["cost_type", "token_type"];
    private static readonly string[] Usual = ["workspace_id", "api_key_id", "model", "product", "actor"];

    private static readonly string[] Dimensions =
    [
        .. Usual, "actor_type", "organization_id", "service_tier", "context_window", "inference_geo", "speed",
        "agent_id", "environment_id", "session_id", "deployment_id", "user_profile_id", "rbac_group_id",
        "slack_channel_id", "claude_tag_category", "claude_tag_user_id",
    ];

    /// <summary>The usage report.</summary>
    public static SimulatedReport Usage(Func<DateOnly, IEnumerable<Fact>> facts) => new(
        "analytics_usage", $"{Root}usage", facts, SimulatedReport.Each(Dimensions), NoFilters, WriteUsage)
    {
        Limits = new Dictionary<string, PageLimit> { ["1d"] = Limit },
        UsualGroupBy = Usual,
        Tokens = fact => AnthropicPrices.TokenTypes.Sum(type => fact.Sum(type.Name)),
    };

    /// <summary>The cost report.</summary>
    public static SimulatedReport Cost(Func<DateOnly, IEnumerable<Fact>> facts) => new(
        "analytics_cost", $"{Root}cost", facts, SimulatedReport.Each([.. Dimensions, .. Types]), NoFilters, WriteCost)
    {
        Limits = new Dictionary<string, PageLimit> { ["1d"] = Limit },
        UsualGroupBy = [.. Usual, .. Types],
        Usd = fact => fact.Sum(Net) / 100,
    };

    private static Dictionary<string, string> NoFilters => [];

    /// <summary>Whether a report is one of the two.</summary>
    public static bool IsOne(SimulatedReport report) => report.Path.StartsWith(Root, StringComparison.Ordinal);

    /// <summary>One page.</summary>
    public static SimulatedReply Answer(SimulatedRequest request, SimulatedReport report, TimeProvider clock)
    {
        Check(request);
        var asked = Parameters.Dimensions(report, request.All("group_by[]"));
        var counted = asked.Except(Types).ToList();
        if (counted.Count > MaxGroups)
        {
            throw new RefusedException(400, $"group_by: at most {MaxGroups} dimensions, not {counted.Count}.");
        }

        var (start, end) = Range(request);
        var export = BucketPaging.Floor(clock.GetUtcNow().UtcDateTime, Export);
        var offset = Offset(request, export);
        var groups = Ordered(request, Groups(report, start, end, export, counted)).ToList();
        var limit = Math.Min(request.Limit(Limit), MaxServed);
        var rows = groups.Skip(offset).Take(limit).SelectMany(
            one => Group.Create(one.Group.Facts, asked).Select(group => Row(report, one.Start, group)));
        var next = offset + limit < groups.Count
            ? PageToken.Issue(request, Place(export, offset + limit))
            : null;
        return new SimulatedReply(200, new JsonObject
        {
            ["data"] = new JsonArray([.. rows]),
            ["has_more"] = next is not null,
            ["next_page"] = next,
            ["data_refreshed_at"] = start < export ? SimulatedAnthropic.Text(export) : null,
        });
    }

    private static void Check(SimulatedRequest request)
    {
        if (!request.Headers["anthropic-beta"]
            .SelectMany(value => value?.Split(',', StringSplitOptions.TrimEntries) ?? [])
            .Contains(Beta))
        {
            throw new RefusedException(400, $"This endpoint needs the header anthropic-beta: {Beta}");
        }

        if (request.Query.ContainsKey("group_by"))
        {
            throw new RefusedException(400, "group_by: arrays are sent with brackets, group_by[]=…");
        }

        if (request.Single("time_bucket_width") != "1d")
        {
            throw new RefusedException(400, "time_bucket_width: SIMULATED reports are served by day, 1d.");
        }
    }

    private static (DateTime Start, DateTime End) Range(SimulatedRequest request)
    {
        var start = SimulatedAnthropic.Time(request, "starting_at")
            ?? throw new RefusedException(400, "starting_at: Field required");
        var end = SimulatedAnthropic.Time(request, "ending_at")
            ?? throw new RefusedException(400, "ending_at: Field required with time_bucket_width");
        return end > start && end - start <= 31 * Day
            ? (start, end)
            : throw new RefusedException(400, "ending_at: must be after starting_at, by 31 days at most");
    }

    /// <summary>The groups of each day that has any; actors who are not shown have groups of their own.</summary>
    private static IEnumerable<(DateTime Start, Group Group)> Groups(
        SimulatedReport report, DateTime start, DateTime end, DateTime export, List<string> dimensions)
    {
        List<string> split = dimensions.Contains("actor")
            ? [.. dimensions, AnthropicAnalyticsFacts.Hidden]
            : dimensions;
        for (var day = start; day < end; day += Day)
        {
            var facts = report.Facts(DateOnly.FromDateTime(day)).Where(fact => fact.At.UtcDateTime < export);
            foreach (var group in Group.Create(facts, split))
            {
                yield return (day, group);
            }
        }
    }

    /// <summary>By time only if asked for; and then, as always, the largest first.</summary>
    private static IEnumerable<(DateTime Start, Group Group)> Ordered(
        SimulatedRequest request, IEnumerable<(DateTime Start, Group Group)> groups)
    {
        var bySize = groups.OrderByDescending(one => Size(one.Group)).ToList();
        var isAscending = (request.Single("order") ?? "desc") switch
        {
            "asc" => true,
            "desc" => false,
            var other => throw new RefusedException(400, $"order: must be asc or desc, not '{other}'."),
        };
        return request.Single("order_by") switch
        {
            "time" => isAscending
                ? bySize.OrderBy(one => one.Start)
                : bySize.OrderByDescending(one => one.Start),
            null or "total_tokens" or "amount" => isAscending ? Enumerable.Reverse(bySize) : bySize,
            var other => throw new RefusedException(400, $"order_by: SIMULATED reports are not ordered by '{other}'."),
        };
    }

    private static decimal Size(Group group) =>
        group.Sum(Net) + AnthropicPrices.TokenTypes.Sum(type => group.Sum(type.Name));

    private static int Offset(SimulatedRequest request, DateTime export)
    {
        if (request.Single("page") is not { Length: > 0 } token)
        {
            return 0;
        }

        var place = (PageToken.Read(request, token) ?? throw Parameters.WrongPage()).Split('-');
        return place[0] == Place(export, 0).Split('-')[0]
            ? int.Parse(place[1], NumberStyles.None, CultureInfo.InvariantCulture)
            : throw new RefusedException(410, "page: the data was refreshed. Start again without a page.");
    }

    private static string Place(DateTime export, int offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{new DateTimeOffset(export).ToUnixTimeSeconds()}-{offset}");

    private static JsonObject Row(SimulatedReport report, DateTime start, Group group)
    {
        var row = report.Write(group);
        row["starting_at"] = SimulatedAnthropic.Text(start);
        row["ending_at"] = SimulatedAnthropic.Text(start + Day);
        var dimensions = new JsonObject();
        foreach (var name in report.GroupBy.Keys)
        {
            dimensions[name] = name == "actor" ? Actor(group[name]) : group[name];
        }

        row["group"] = dimensions;
        return row;
    }

    private static JsonObject? Actor(string? actor) => actor?.Split(':', 2) switch
    {
        ["user", var id] => new JsonObject
        {
            ["type"] = "user_actor",
            ["user_id"] = id,
            ["email_address"] = $"{id}@simulated.example",
            ["name"] = $"SIMULATED {id}",
            ["deleted"] = false,
        },
        ["service", var id] => new JsonObject { ["type"] = "service_account_actor", ["service_account_id"] = id },
        ["key", var id] => new JsonObject { ["type"] = "api_actor", ["api_key_id"] = id },
        _ => null,
    };

    private static JsonObject WriteUsage(Group group) => new()
    {
        ["usage"] = new JsonObject
        {
            ["uncached_input_tokens"] = group.Count("uncached_input_tokens"),
            ["cache_creation"] = new JsonObject
            {
                ["ephemeral_1h_input_tokens"] = group.Count("cache_creation.ephemeral_1h_input_tokens"),
                ["ephemeral_5m_input_tokens"] = group.Count("cache_creation.ephemeral_5m_input_tokens"),
            },
            ["cache_read_input_tokens"] = group.Count("cache_read_input_tokens"),
            ["output_tokens"] = group.Count("output_tokens"),
            ["server_tool_use"] = new JsonObject { ["web_search_requests"] = group.Count("web_search_requests") },
            ["requests"] = group.Count("requests"),
            ["total_tokens"] = (long)AnthropicPrices.TokenTypes.Sum(type => group.Sum(type.Name)),
        },
    };

    private static JsonObject WriteCost(Group group) => new()
    {
        ["cost"] = new JsonObject
        {
            [Net] = AnthropicCost.Plain(group.Sum(Net)),
            [List] = AnthropicCost.Plain(group.Sum(List)),
            ["currency"] = "USD",
            ["requests"] = null,
        },
    };
}
