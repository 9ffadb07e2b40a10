using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.Anthropic;

public sealed class ClaudeCodeTests : IDisposable
{
    private const string Path = "/v1/organizations/usage_report/claude_code";
    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public ClaudeCodeTests() => _bench = new VendorBench(_vendor);

    [Fact]
    public async Task The_documented_answer_is_one_activity_and_one_estimate()
    {
        _vendor.On(Path, Answers.Read("Anthropic", "claude_code"));

        var items = await _bench.ReadAsync("anthropic", "claude_code", "2025-09-08", "2025-09-08");

        items.Count.ShouldBe(3);
        items[0].ShouldBe(new BucketArrived(new DateOnly(2025, 9, 8)));
        var activity = items[1].ShouldBeOfType<ActivityRecord>();
        activity.ActorType.ShouldBe("user");
        activity.ActorId.ShouldBe("developer@company.com");
        activity.Sessions.ShouldBe(5);
        activity.LinesAdded.ShouldBe(1543);
        activity.LinesRemoved.ShouldBe(892);
        activity.Commits.ShouldBe(12);
        activity.PullRequests.ShouldBe(2);
        activity.Accepted.ShouldBe(68);
        activity.Rejected.ShouldBe(8);
        activity.Tokens.ShouldBe(0);
        activity.Details!.Value.GetProperty("model_tokens")
            .GetProperty("claude-opus-5")
            .GetProperty("input")
            .GetInt64()
            .ShouldBe(100000);
        var cost = items[2].ShouldBeOfType<CostRecord>();
        cost.AmountUsd.ShouldBe(1.41m);
        cost.Basis.ShouldBe(CostBasis.Estimated);
        cost.Model.ShouldBe("claude-opus-5");
        cost.Dimensions!.Value.GetProperty("tokens").GetProperty("output").GetInt64().ShouldBe(35000);
        _vendor.Asked.ShouldBe(["/v1/organizations/usage_report/claude_code?starting_at=2025-09-08&limit=1000"]);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_day_is_a_call_of_its_own_with_pages_of_its_own()
    {
        _vendor
            .On(Path, Page(Record("2026-11-01", "a@x.test"), "page_2"))
            .On(Path, Page(Record("2026-11-01", "b@x.test")))
            .On(Path, Page(""))
            .On(Path, Page(Record("2026-11-03", "a@x.test"), "page_2"))
            .On(Path, Page(""));

        var items = await _bench.ReadAsync("anthropic", "claude_code", "2026-11-01", "2026-11-03");

        items.OfType<BucketArrived>().Select(bucket => bucket.Day.Day).ShouldBe([1, 2, 3]);
        items.OfType<ActivityRecord>().Select(row => row.UsageDate.Day).ShouldBe([1, 1, 3]);
        items.OfType<VendorRecord>().Select(row => row.RowKey).Distinct().Count().ShouldBe(6);
        _vendor.Asked[1].ShouldEndWith("?starting_at=2026-11-01&limit=1000&page=page_2");
    }

    [Fact]
    public async Task Records_that_share_a_key_are_summed_and_the_same_text_again_is_not()
    {
        var first = Record("2026-11-01", "a@x.test");
        var other = Record("2026-11-01", "a@x.test", sessions: 7);
        _vendor.On(Path, Page($"{first},{other}", "page_2")).On(Path, Page(first));

        var items = await _bench.ReadAsync("anthropic", "claude_code", "2026-11-01", "2026-11-01");

        items.OfType<ActivityRecord>().ShouldHaveSingleItem().Sessions.ShouldBe(8);
        var cost = items.OfType<CostRecord>().ShouldHaveSingleItem();
        cost.AmountUsd.ShouldBe(0.0302m);
        cost.Dimensions!.Value.GetProperty("tokens").GetProperty("input").GetInt64().ShouldBe(20);
    }

    [Fact]
    public async Task The_same_content_in_another_spelling_is_counted_once_and_a_new_text_makes_a_row_of_its_own()
    {
        var first = Record("2026-11-01", "a@x.test");
        var respelt = first.Replace("\"organization_id\": \"o\",", "", StringComparison.Ordinal)
            .Replace("\"num_sessions\": 1,", "\"num_sessions\": 1.0 ,", StringComparison.Ordinal)
            .Replace(
                "\"core_metrics\"", "\"organization_id\": \"\\u006f\", \"core_metrics\"", StringComparison.Ordinal);
        var ide = Record("2026-11-01", "a@x.test", extra: "\"ide\": \"a\",");
        var otherIde = Record("2026-11-01", "a@x.test", extra: "\"ide\": \"b\",");
        var actor = first.Replace(
            "\"type\": \"user_actor\"", "\"type\": \"user_actor\", \"user_id\": \"u\"", StringComparison.Ordinal);
        var number = Record("2026-11-01", "a@x.test", extra: "\"minutes\": 5,");
        _vendor.On(Path, Page(string.Join(',', first, respelt, ide, otherIde, ide, actor, number)));

        var items = await _bench.ReadAsync("anthropic", "claude_code", "2026-11-01", "2026-11-01");

        items.OfType<ActivityRecord>().Select(row => row.Sessions).ShouldBe([2L, 1L, 1L, 1L], ignoreOrder: true);
        items.OfType<CostRecord>().Sum(row => row.AmountUsd).ShouldBe(5 * 0.0151m);
        items.OfType<ActivityRecord>().Select(row => row.Words.Texts).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public async Task Remote_and_local_work_of_one_person_are_two_rows()
    {
        var local = Record("2026-11-01", "a@x.test", extra: "\"is_remote\": false,");
        var remote = Record("2026-11-01", "a@x.test", extra: "\"is_remote\": true,");
        var untold = Record("2026-11-01", "a@x.test");
        _vendor.On(Path, Page($"{local},{remote},{untold}"));

        var items = await _bench.ReadAsync("anthropic", "claude_code", "2026-11-01", "2026-11-01");

        items.OfType<ActivityRecord>().Count().ShouldBe(3);
    }

    [Theory]
    [InlineData("2026-11-02T00:00:00Z")]
    [InlineData("2026-10-31T23:59:59Z")]
    [InlineData("2026-11-01T00:00:00+02:00")]
    [InlineData("yesterday")]
    public async Task A_record_of_another_day_is_rejected(string date)
    {
        _vendor.On(
            Path,
            Page(Record("2026-11-01", "a@x.test").Replace("2026-11-01T00:00:00Z", date, StringComparison.Ordinal)));

        var failure = await _bench.RejectedAsync("anthropic", "claude_code", "2026-11-01", "2026-11-01");

        failure.Cause.ShouldBe(RejectionCause.BrokenContract);
        failure.Message.ShouldContain("data[].date");
    }

    [Fact]
    public async Task A_key_is_told_by_its_name_and_a_new_kind_of_actor_passes_through()
    {
        var key = Record("2026-11-01", "").Replace(
            """{ "type": "user_actor", "email_address": "" }""", """{ "type": "api_actor", "api_key_name": "CI" }""", StringComparison.Ordinal);
        var other = Record("2026-11-01", "").Replace(
            """{ "type": "user_actor", "email_address": "" }""", """{ "type": "robot_actor", "robot": "R2" }""", StringComparison.Ordinal);
        _vendor.On(Path, Page($"{key},{other}"));

        var items = await _bench.ReadAsync("anthropic", "claude_code", "2026-11-01", "2026-11-01");

        items.OfType<ActivityRecord>().Select(row => (row.ActorType, row.ActorId)).ShouldBe(
            [("api_key_name", "CI"), ("robot_actor", "R2")], ignoreOrder: true);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("robot");
    }

    [Theory]
    [InlineData("num_sessions")]
    [InlineData("lines_of_code")]
    [InlineData("core_metrics")]
    [InlineData("tool_actions")]
    [InlineData("model_breakdown")]
    [InlineData("estimated_cost")]
    [InlineData("actor")]
    public async Task A_record_without_a_required_field_is_rejected_by_name(string field)
    {
        _vendor.On(
            Path, Page(Record("2026-11-01", "a@x.test").Replace($"\"{field}\"", "\"gone\"", StringComparison.Ordinal)));

        (await _bench.RejectedAsync("anthropic", "claude_code", "2026-11-01", "2026-11-01")).Message
            .ShouldContain(field);
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static string Page(string records, string? next = null) =>
        $$"""{ "data": [ {{records}} ], "has_more": {{(next is null ? "false" : "true")}}, "next_page": {{(next is null ? "null" : $"\"{next}\"")}} }""";

    private static string Record(string day, string email, int sessions = 1, string extra = "") => $$"""
        { "date": "{{day}}T00:00:00Z", "actor": { "type": "user_actor", "email_address": "{{email}}" }, {{extra}}
          "organization_id": "o", "customer_type": "api", "terminal_type": "vscode",
          "core_metrics": { "num_sessions": {{sessions}}, "lines_of_code": { "added": 1, "removed": 0 },
            "commits_by_claude_code": 0, "pull_requests_by_claude_code": 0 },
          "tool_actions": { "edit_tool": { "accepted": 1, "rejected": 0 } },
          "model_breakdown": [ { "model": "claude-opus-5", "tokens": { "input": 10, "output": 1, "cache_read": 0, "cache_creation": 0 },
            "estimated_cost": { "currency": "USD", "amount": 1.51 } } ] }
        """;
}
