using System.Net;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Records;

namespace EventPipeline.Tests.Vendors.Anthropic;

public sealed class AnthropicNamesTests : IDisposable
{
    private const string Empty = """{ "data": [], "has_more": false, "first_id": null, "last_id": null }""";
    private readonly StubVendor _vendor = new();
    private readonly VendorBench _bench;

    public AnthropicNamesTests() => _bench = new VendorBench(_vendor);

    [Fact]
    public async Task Every_documented_list_is_read_to_its_end()
    {
        _vendor
            .On("/v1/organizations/me", Read("organizations_me"))
            .On("/v1/organizations/workspaces", Read("workspaces_list"))
            .On("/v1/organizations/workspaces", Workspace("wrkspc_1"))
            .On("/v1/organizations/api_keys", Read("api_keys_list")).On("/v1/organizations/api_keys", Empty)
            .On("/v1/organizations/users", Read("users_list")).On("/v1/organizations/users", Empty)
            .On("/v1/organizations/workspaces/wrkspc_1/members", Read("workspace_members_list"))
            .On("/v1/organizations/workspaces/wrkspc_1/members", Empty);

        var items = await _bench.ReadAsync("anthropic", "names", "2026-11-23", "2026-11-23");

        items[0].ShouldBe(new BucketArrived(new DateOnly(2026, 11, 23)));
        var entities = items.OfType<EntityRecord>().ToList();
        entities.Select(entity => entity.Kind)
            .ShouldBe(["organization", "workspace", "workspace", "api_key", "user", "workspace_member"]);
        entities[1].Status.ShouldBe("archived");
        entities[1].DeletedAt.ShouldBe(new DateTimeOffset(2024, 11, 1, 23, 59, 27, TimeSpan.Zero).AddTicks(4277220));
        entities[1].Details!.Value.GetProperty("tags").GetProperty("team").GetString().ShouldBe("platform");
        entities[3].ParentId.ShouldBe("wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ");
        entities[4].Email.ShouldBe("user@emaildomain.com");
        entities[5].Id.ShouldBe("wrkspc_1/user_01WCz1FkmYMm4gnmykNKUu3Q");
        entities[5].ParentId.ShouldBe("wrkspc_1");
        entities.Select(entity => entity.RowKey).Distinct().Count().ShouldBe(6);
        _vendor.Asked[2].ShouldBe("/v1/organizations/workspaces?include_archived=true&limit=1000&after_id=last_id");
        _bench.Drift.Notes.ShouldBeEmpty();
        _bench.Kept.Select(part => part.PageNo).ShouldBe(Enumerable.Range(1, 9));
    }

    [Fact]
    public async Task A_list_that_is_forbidden_from_its_second_page_on_keeps_its_first_and_the_others()
    {
        _vendor
            .On("/v1/organizations/me", Read("organizations_me"))
            .On("/v1/organizations/workspaces", Empty)
            .On("/v1/organizations/api_keys", Read("api_keys_list"))
            .On("/v1/organizations/api_keys", """{"type":"error","error":{"type":"permission_error","message":"no"}}""", HttpStatusCode.Forbidden)
            .On("/v1/organizations/users", Read("users_list")).On("/v1/organizations/users", Empty);

        var items = await _bench.ReadAsync("anthropic", "names", "2026-11-23", "2026-11-23");

        items.OfType<EntityRecord>().Select(entity => entity.Kind).ShouldBe(["organization", "api_key", "user"]);
        _bench.Drift.Notes.ShouldHaveSingleItem().ShouldContain("api_keys was refused with 403");
    }

    [Fact]
    public async Task Members_that_are_not_found_are_left_out()
    {
        _vendor
            .On("/v1/organizations/me", Read("error_404"), HttpStatusCode.NotFound)
            .On("/v1/organizations/workspaces", Workspace("wrkspc_1"))
            .On("/v1/organizations/api_keys", Empty)
            .On("/v1/organizations/users", Empty)
            .On("/v1/organizations/workspaces/wrkspc_1/members", Read("error_404"), HttpStatusCode.NotFound);

        var items = await _bench.ReadAsync("anthropic", "names", "2026-11-23", "2026-11-23");

        items.OfType<EntityRecord>().ShouldHaveSingleItem().Id.ShouldBe("wrkspc_1");
    }

    [Fact]
    public async Task A_list_that_the_key_may_not_read_keeps_the_others_and_is_told()
    {
        const string forbidden = """{"type":"error","error":{"type":"permission_error","message":"Missing scope: org:read_keys"}}""";
        _vendor
            .On("/v1/organizations/me", forbidden, HttpStatusCode.Forbidden)
            .On("/v1/organizations/workspaces", Workspace("wrkspc_1"))
            .On("/v1/organizations/api_keys", forbidden, HttpStatusCode.Forbidden)
            .On("/v1/organizations/users", Read("users_list")).On("/v1/organizations/users", Empty)
            .On("/v1/organizations/workspaces/wrkspc_1/members", forbidden, HttpStatusCode.Forbidden);

        var items = await _bench.ReadAsync("anthropic", "names", "2026-11-23", "2026-11-23");

        items.OfType<EntityRecord>().Select(entity => entity.Kind).ShouldBe(["workspace", "user"]);
        _bench.Drift.Notes.Count.ShouldBe(3);
        _bench.Drift.Notes.ShouldContain(
            note => note.Contains("v1/organizations/api_keys was refused", StringComparison.Ordinal)
            && note.Contains("org:read_keys", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_may_read_no_list_is_refused_as_a_key()
    {
        const string forbidden = """{"type":"error","error":{"type":"permission_error","message":"no"}}""";
        _vendor
            .On("/v1/organizations/me", Read("organizations_me"))
            .On("/v1/organizations/workspaces", forbidden, HttpStatusCode.Forbidden)
            .On("/v1/organizations/api_keys", forbidden, HttpStatusCode.Forbidden)
            .On("/v1/organizations/users", forbidden, HttpStatusCode.Forbidden);

        (await _bench.RejectedAsync("anthropic", "names", "2026-11-23", "2026-11-23")).Cause
            .ShouldBe(RejectionCause.Credential);
    }

    [Fact]
    public async Task A_list_that_goes_round_in_a_circle_is_rejected()
    {
        _vendor
            .On("/v1/organizations/me", Read("organizations_me"))
            .On("/v1/organizations/workspaces", Read("workspaces_list"))
            .On("/v1/organizations/workspaces", Read("workspaces_list"));

        var failure = await _bench.RejectedAsync("anthropic", "names", "2026-11-23", "2026-11-23");

        failure.Cause.ShouldBe(RejectionCause.BrokenContract);
        failure.Message.ShouldContain("last_id");
    }

    public void Dispose()
    {
        _bench.Dispose();
        _vendor.Dispose();
    }

    private static string Read(string name) => Answers.Read("Anthropic", name);

    private static string Workspace(string id) =>
        $$"""{ "data": [ { "id": "{{id}}", "type": "workspace", "name": "W", "archived_at": null } ], "has_more": false, "last_id": "{{id}}" }""";
}
