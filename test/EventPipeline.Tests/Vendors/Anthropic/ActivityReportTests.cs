using System.Net;
using System.Text.Json;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.Anthropic;

/// <summary>
/// What an Enterprise organisation did with its skills, connectors, projects, plugins and artifacts, and how many
/// people it were; answers of the shapes that the vendor's reference and its client library document.
/// </summary>
public sealed class ActivityReportTests : IDisposable
{
    private const string Root = "/v1/organizations/analytics/";
    private const string Day = "2026-11-01";
    private const string NoMore = """{ "data": [], "next_page": null }""";
    private const string Person = """{"user":{"id":"u"}}""";

    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public ActivityReportTests() => _bench = new VendorBench(_vendor);

    [Theory]
    [InlineData("skill_activity", "skills", "skills", "skill", "skill_name")]
    [InlineData("connector_activity", "connectors", "connectors", "connector", "connector_name")]
    [InlineData("project_activity", "apps/chat/projects", "projects", "project", "project_id")]
    [InlineData("plugin_activity", "plugins", "plugins", "plugin", "plugin_name")]
    [InlineData("artifact_activity", "artifacts", "artifacts", "artifact", "artifact_type")]
    public async Task The_documented_answer_is_a_row_of_its_thing_and_its_next_page_is_read(
        string report, string path, string answer, string type, string id)
    {
        _vendor.On(Root + path, Answers.Read("Anthropic", $"analytics_{answer}")).On(Root + path, NoMore);

        var row = Rows(await ReadAsync(report)).ShouldHaveSingleItem();

        (row.ActorType, row.ActorId, row.Product, row.Grain).ShouldBe((type, id, "claude", $"{type}.v1"));
        _vendor.Asked.ShouldBe(
            [$"{Root}{path}?date={Day}&limit=1000", $"{Root}{path}?date={Day}&limit=1000&page=next_page"]);

        // Everything but the id and the members of groups, of which the example has all that there can be.
        var kept = Said(answer).EnumerateObject()
            .Where(member => member.Name != id && !IsOfGroups(member.Name))
            .ToList();
        row.Details!.Value.EnumerateObject().Select(member => member.Name)
            .ShouldBe(kept.Select(member => member.Name), ignoreOrder: true);
        kept.ShouldAllBe(
            member => JsonElement.DeepEquals(row.Details!.Value.GetProperty(member.Name), member.Value));
        _bench.Drift.Notes.ShouldAllBe(
            note => note.Contains("present although it was not requested", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_documented_summary_is_one_row_of_the_organisation()
    {
        _vendor.On($"{Root}summaries", Answers.Read("Anthropic", "analytics_summaries"))
            .On($"{Root}summaries", NoMore);

        var items = await _bench.ReadAsync("anthropic", "organization_activity", "2026-01-15", "2026-01-15");

        var row = Rows(items).ShouldHaveSingleItem();
        (row.ActorType, row.ActorId).ShouldBe(("organization", "org-1"));
        row.Details!.Value.EnumerateObject().Count().ShouldBe(Said("summaries").EnumerateObject().Count() - 2);
        _vendor.Asked[0].ShouldBe($"{Root}summaries?starting_date=2026-01-15&ending_date=2026-01-16");
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    /// <summary>
    /// What counts people, or messages that others count too, is in no column that a sum could reach.
    /// </summary>
    [Theory]
    [InlineData("skill_activity", "skills", """{"skill_name":"a","distinct_user_count":5,"invocation_count":7}""")]
    [InlineData("connector_activity", "connectors", """{"connector_name":"a","read_call_count":7}""")]
    [InlineData("project_activity", "apps/chat/projects", """{"project_id":"a","message_count":7}""")]
    [InlineData("plugin_activity", "plugins", """{"plugin_name":"a","invocation_count":7}""")]
    [InlineData("artifact_activity", "artifacts", """{"artifact_type":"a","artifacts_created_count":7}""")]
    [InlineData("organization_activity", "summaries", """{"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z","daily_active_user_count":7}""")]
    public async Task No_column_holds_what_must_not_be_added(string report, string path, string row)
    {
        _vendor.On(Root + path, Page(row));

        var read = Rows(await ReadAsync(report)).ShouldHaveSingleItem();

        new long?[]
        {
            read.Sessions, read.Interactions, read.LinesSuggested, read.LinesAdded, read.LinesRemoved, read.Accepted,
            read.Rejected, read.Commits, read.PullRequests,
        }.ShouldAllBe(count => count == null);
        read.Details!.Value.GetRawText().ShouldContain(":7");
    }

    [Fact]
    public async Task Null_is_left_out_and_zero_is_kept()
    {
        _vendor.On($"{Root}skills", Page(
            """{"skill_name":"a","invocation_count":null,"enable_count":0,"attributed_list_price":"0"}"""));

        Rows(await ReadAsync("skill_activity")).Single().Details!.Value.GetRawText()
            .ShouldBe("""{"attributed_list_price":"0","enable_count":0}""");
    }

    [Fact]
    public async Task A_project_without_a_maker_and_one_whose_id_is_hidden_are_rows_of_their_own()
    {
        _vendor.On($"{Root}apps/chat/projects", Page(
            """{"project_id":"a","created_by":null,"created_at":null,"message_count":1}""",
            """{"project_id":null,"message_count":2}""",
            """{"project_id":"","message_count":2}""",
            """{"project_id":"b","message_count":1}"""));

        var rows = Rows(await ReadAsync("project_activity"));

        rows.Select(row => row.ActorId).ShouldBe(["a", "(hidden)", "(hidden)", "b"]);
        rows.Select(row => row.RowKey).Distinct().Count().ShouldBe(4);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("has no project_id");
    }

    /// <summary>An id or a flag beside the name tells apart what has one name; without one it is a row too.</summary>
    [Theory]
    [InlineData("plugin_activity", "plugins", "plugin_name", "plugin_id", "\"a@one\"", "\"a@two\"")]
    [InlineData("artifact_activity", "artifacts", "artifact_type", "is_shared", "true", "false")]
    public async Task Rows_of_one_name_are_told_apart_by_what_is_beside_it(
        string report, string path, string name, string member, string one, string other)
    {
        _vendor.On(Root + path, Page(
            $$"""{"{{name}}":"a","{{member}}":{{one}},"distinct_user_count":1}""",
            $$"""{"{{name}}":"a","{{member}}":{{other}},"distinct_user_count":1}""",
            $$"""{"{{name}}":"a","{{member}}":null,"distinct_user_count":1}"""));

        var rows = Rows(await ReadAsync(report));

        rows.Select(row => row.ActorId).ShouldBe(["a", "a", "a"]);
        rows.Select(row => row.RowKey).ShouldBeUnique();
        rows.Select(row => row.Details!.Value.GetRawText().Contains(member, StringComparison.Ordinal))
            .ShouldBe([true, true, false]);
        _bench.Drift.Notes.ShouldBeEmpty();
    }

    /// <summary>People who say the same are still as many, in whatever order they come.</summary>
    [Fact]
    public async Task People_whom_the_vendor_hides_are_rows_of_their_own_in_any_order()
    {
        string[] people =
        [
            """{"user":null,"web_search_count":1}""", """{"user":{"id":null},"web_search_count":2}""", Person,
            """{"user":null,"web_search_count":1}""",
        ];
        _vendor.On($"{Root}users", Page(people)).On($"{Root}users", Page([.. people.Reverse()]));

        var first = Rows(await ReadAsync("user_activity")).Select(row => row.RowKey).ToList();
        var second = Rows(await ReadAsync("user_activity")).Select(row => row.RowKey);

        first.Distinct().Count().ShouldBe(4);
        second.ShouldBe(first, ignoreOrder: true);
    }

    [Theory]
    [InlineData("skill_activity", "skills", "skill_name")]
    [InlineData("connector_activity", "connectors", "connector_name")]
    [InlineData("project_activity", "apps/chat/projects", "project_id")]
    [InlineData("plugin_activity", "plugins", "plugin_name")]
    [InlineData("artifact_activity", "artifacts", "artifact_type")]
    [InlineData("user_activity", "users", "user")]
    [InlineData("organization_activity", "summaries", "starting_at")]
    public async Task A_row_without_the_member_that_says_whose_it_is_breaks_the_contract(
        string report, string path, string member)
    {
        _vendor.On(Root + path, Page("{}"));

        var failure = await _bench.RejectedAsync("anthropic", report, Day, Day);

        failure.Cause.ShouldBe(RejectionCause.BrokenContract);
        failure.Message.ShouldContain(member);
    }

    [Theory]
    [InlineData("skill_activity", "skills", """{"skill_name":"a","mood":"good"}""", "mood")]
    [InlineData("skill_activity", "skills", """{"skill_name":"a","cowork_metrics":{"mood":1}}""", "metrics.mood")]
    [InlineData("connector_activity", "connectors", """{"connector_name":"a","chat_metrics":{"mood":1}}""", "mood")]
    [InlineData("project_activity", "apps/chat/projects", """{"project_id":"a","created_by":{"mood":1}}""", "mood")]
    [InlineData("plugin_activity", "plugins", """{"plugin_name":"a","cowork_metrics":{"mood":1}}""", "mood")]
    [InlineData("artifact_activity", "artifacts", """{"artifact_type":"a","mood":1}""", "mood")]
    [InlineData("organization_activity", "summaries", """{"starting_at":"2026-11-01T00:00:00Z","ending_at":"2026-11-02T00:00:00Z","mood":1}""", "mood")]
    public async Task An_unknown_member_is_noted(string report, string path, string row, string told)
    {
        _vendor.On(Root + path, Page(row));

        Rows(await ReadAsync(report)).ShouldHaveSingleItem();

        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain(told);
    }

    /// <summary>
    /// Members that are missing, null, or of another kind than documented, are no reason to lose a day.
    /// </summary>
    [Theory]
    [InlineData("""{"skill_name":"a"}""")]
    [InlineData("""{"skill_name":"a","chat_metrics":null,"office_metrics":null,"invocation_count":null}""")]
    [InlineData("""{"skill_name":"a","chat_metrics":{"distinct_conversation_skill_used_count":null}}""")]
    [InlineData("""{"skill_name":"a","office_metrics":{"word":7},"invocation_count":"many"}""")]
    public async Task What_a_row_counts_may_be_missing(string row)
    {
        _vendor.On($"{Root}skills", Page(row));

        Rows(await ReadAsync("skill_activity")).ShouldHaveSingleItem().ActorId.ShouldBe("a");
    }

    [Theory]
    [InlineData("skill_activity", "skills")]
    [InlineData("connector_activity", "connectors")]
    [InlineData("project_activity", "apps/chat/projects")]
    [InlineData("plugin_activity", "plugins")]
    [InlineData("artifact_activity", "artifacts")]
    [InlineData("organization_activity", "summaries")]
    public async Task A_day_that_is_refused_as_too_recent_is_not_ready_and_any_other_refusal_stays_one(
        string report, string path)
    {
        _vendor.On(Root + path, Refusal("data is available up to 2026-10-31"), HttpStatusCode.BadRequest)
            .On(Root + path, Refusal("HIPAA readiness is enabled"), HttpStatusCode.BadRequest);

        var failure = await _bench.TransientAsync("anthropic", report, Day, Day);
        failure.IsNotReady.ShouldBeTrue();
        failure.Message.ShouldContain($"{path} of {Day} is not ready: ");
        (await _bench.RejectedAsync("anthropic", report, Day, Day)).Message.ShouldContain("HIPAA");
    }

    [Fact]
    public async Task A_summary_without_its_day_is_not_ready_and_one_of_another_day_breaks_the_contract()
    {
        _vendor.On($"{Root}summaries", NoMore)
            .On(
                $"{Root}summaries",
                Page("""{"starting_at":"2026-10-31T00:00:00Z","ending_at":"2026-11-01T00:00:00Z"}"""));

        (await _bench.TransientAsync("anthropic", "organization_activity", Day, Day)).Message
            .ShouldContain($"summaries of {Day} is not ready: the answer has no row of that day");
        (await _bench.RejectedAsync("anthropic", "organization_activity", Day, Day)).Message
            .ShouldContain("is 2026-10-31, not the day that was asked for");
    }

    /// <summary>No activity report is documented to have one; a report that has one all the same is believed.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData(""", "data_refreshed_at": "2026-11-02T00:00:00Z" """, true)]
    [InlineData(""", "data_refreshed_at": "2026-11-01T20:00:00Z" """, false)]
    [InlineData(""", "data_refreshed_at": null """, false)]
    public async Task An_export_that_is_older_than_the_day_has_not_all_of_it(string export, bool isReady)
    {
        _vendor.On($"{Root}users", $$"""{ "data": [{{Person}}], "next_page": null{{export}} }""");

        if (isReady)
        {
            Rows(await ReadAsync("user_activity")).ShouldHaveSingleItem();
            return;
        }

        var failure = await _bench.TransientAsync("anthropic", "user_activity", Day, Day);
        failure.IsNotReady.ShouldBeTrue();
        failure.Message.ShouldContain($"{Day} was over later");
    }

    [Theory]
    [InlineData("""{ "data": [{"skill_name":"a"},{"skill_na""")]
    [InlineData("""{ "next_page": null }""")]
    public async Task A_page_that_is_cut_or_has_no_data_is_no_empty_day(string page)
    {
        _vendor.On($"{Root}skills", page);

        await Should.ThrowAsync<Exception>(() => ReadAsync("skill_activity"));
    }

    [Fact]
    public async Task A_page_that_comes_again_breaks_the_contract()
    {
        const string page = """{ "data": [{"skill_name":"a"}], "next_page": "p" }""";
        _vendor.On($"{Root}skills", page).On($"{Root}skills", page);

        (await _bench.RejectedAsync("anthropic", "skill_activity", Day, Day)).Cause
            .ShouldBe(RejectionCause.BrokenContract);
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static bool IsOfGroups(string name) =>
        name is "product" or "user_id" or "rbac_group_id" or "rbac_group_name";

    private static JsonElement Said(string answer) =>
        JsonElement.Parse(Answers.Read("Anthropic", $"analytics_{answer}")).GetProperty("data")[0];

    private static List<ActivityRecord> Rows(List<VendorItem> items) => [.. items.OfType<ActivityRecord>()];

    private static string Page(params string[] rows) =>
        $$"""{ "data": [{{string.Join(',', rows)}}], "next_page": null }""";

    private static string Refusal(string message) =>
        $$$"""{"type":"error","error":{"type":"invalid_request_error","message":"{{{message}}}"}}""";

    private Task<List<VendorItem>> ReadAsync(string report) => _bench.ReadAsync("anthropic", report, Day, Day);
}
