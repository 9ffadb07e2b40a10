using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace EventPipeline.Tests.Vendors.Cursor;

/// <summary>What a test makes Cursor answer, and the bodies that it was sent.</summary>
internal sealed class CursorStub : IDisposable
{
    public const string EventsPath = "/teams/filtered-usage-events";
    public const string DailyPath = "/teams/daily-usage-data";
    public const string SpendPath = "/teams/spend";
    public const string MembersPath = "/teams/members";
    public const string GroupsPath = "/teams/groups";

    public CursorStub(TimeProvider? clock = null) => Bench = new VendorBench(Vendor, clock);

    public StubVendor Vendor { get; } = new();

    public VendorBench Bench { get; }

    /// <summary>The bodies of the requests, in order.</summary>
    public List<string> Bodies { get; } = [];

    /// <summary>Answers the next request to a path.</summary>
    public CursorStub On(string path, string body, HttpStatusCode status = HttpStatusCode.OK)
    {
        Vendor.On(path, request =>
        {
            if (request.Content is not null)
            {
                Bodies.Add(request.Content.ReadAsStringAsync().GetAwaiter().GetResult());
            }

            return new HttpResponseMessage(status) { Content = new StringContent(body) };
        });
        return this;
    }

    /// <summary>One page of events among others.</summary>
    public static string Page(IEnumerable<string> events, long total, int page = 1, int pages = 1) => $$$"""
        {"totalUsageEventsCount":{{{total}}},
         "pagination":{"numPages":{{{pages}}},"currentPage":{{{page}}},"pageSize":1000,"hasNextPage":{{{(page < pages ? "true" : "false")}}},"hasPreviousPage":false},
         "usageEvents":[{{{string.Join(',', events)}}}],"period":{"startDate":0,"endDate":1}}
        """;

    /// <summary>All events, on one page.</summary>
    public static string Page(params IReadOnlyList<string> events) => Page(events, events.Count);

    /// <summary>An event as the vendor documents it, with other members.</summary>
    public static string Event(string at, params (string Name, JsonNode? Value)[] members)
    {
        var time = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var json = JsonNode.Parse(
            """
            {"userEmail":"developer@company.com","conversationId":"c-1","model":"claude-4.5-sonnet","kind":"Usage-based","maxMode":true,
             "requestsCosts":5,"isTokenBasedCall":true,"isChargeable":true,"isHeadless":false,
             "tokenUsage":{"inputTokens":126,"outputTokens":450,"cacheWriteTokens":6112,"cacheReadTokens":11964,"totalCents":20.18232},
             "chargedCents":21.36232,"cursorTokenFee":1.18}
            """)!.AsObject();
        json["timestamp"] = time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in members)
        {
            json[name] = value?.DeepClone();
        }

        return json.ToJsonString();
    }

    /// <summary>Without members.</summary>
    public static string Without(string json, params IEnumerable<string> names)
    {
        var node = JsonNode.Parse(json)!.AsObject();
        foreach (var name in names)
        {
            node.Remove(name).ShouldBeTrue(name);
        }

        return node.ToJsonString();
    }

    public void Dispose()
    {
        Bench.Dispose();
        Vendor.Dispose();
    }
}
