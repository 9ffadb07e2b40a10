using System.Text.Json.Nodes;
using static EventPipeline.Tests.Simulator.SimulatorHost;

namespace EventPipeline.Tests.Simulator;

public sealed class ListingTests
{
    [Theory]
    [InlineData("workspaces?include_archived=true")]
    [InlineData("api_keys?")]
    [InlineData("users?")]
    public async Task Anthropic_s_lists_page_by_last_id_to_the_same_items(string address)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();

        var whole = await AllAsync(client, $"{address}&limit=1000", "after_id");
        var paged = await AllAsync(client, $"{address}&limit=3", "after_id");

        paged.Select(item => (string)item["id"]!).ShouldBe(whole.Select(item => (string)item["id"]!));
        whole.Count.ShouldBeGreaterThan(3);
        whole.ShouldAllBe(item => ((string)item["name"]!).Contains("SIMULATED", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("projects?include_archived=true")]
    [InlineData("users?")]
    public async Task OpenAI_s_lists_page_by_last_id_to_the_same_items(string address)
    {
        await using var simulator = await StartAsync();
        using var client = simulator.OpenAI();

        var whole = await AllAsync(client, $"{address}&limit=100", "after");
        var paged = await AllAsync(client, $"{address}&limit=3", "after");

        paged.Select(item => (string)item["id"]!).ShouldBe(whole.Select(item => (string)item["id"]!));
        whole.Count.ShouldBeGreaterThan(3);
        whole.ShouldAllBe(item => ((string)item["name"]!).Contains("SIMULATED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Archived_workspaces_and_projects_are_listed_only_when_asked_for()
    {
        await using var simulator = await StartAsync();
        using var anthropic = simulator.Anthropic();
        using var openAI = simulator.OpenAI();

        (await AllAsync(anthropic, "workspaces?", "after_id")).ShouldAllBe(item => item["archived_at"] == null);
        (await AllAsync(anthropic, "workspaces?include_archived=true", "after_id"))
            .ShouldContain(item => item["archived_at"] != null);
        (await AllAsync(openAI, "projects?", "after")).ShouldAllBe(item => (string)item["status"]! == "active");
        (await AllAsync(openAI, "projects?include_archived=true", "after"))
            .ShouldContain(item => (string)item["status"]! == "archived");
    }

    [Fact]
    public async Task A_page_before_an_id_holds_what_comes_before_it()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        var ids = (await AllAsync(client, "users?", "after_id")).Select(item => (string)item["id"]!).ToList();

        var page = await JsonAsync(client, $"users?limit=4&before_id={ids[10]}");

        page["data"]!.AsArray().Select(item => (string)item!["id"]!).ShouldBe(ids[6..10]);
        ((bool)page["has_more"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task Ids_in_the_usage_have_names_except_those_of_a_deleted_key()
    {
        await using var simulator = await StartAsync();
        using var anthropic = simulator.Anthropic();
        using var openAI = simulator.OpenAI();
        var start = Unix("2026-11-01");

        var names = (await AllAsync(anthropic, "api_keys?", "after_id"))
            .Select(item => (string)item["id"]!)
            .ToHashSet();
        var used = Rows(
            await PagesAsync(anthropic, "usage_report/messages?starting_at=2026-11-01T00:00:00Z&group_by[]=api_key_id"))
            .Select(row => (string?)row["api_key_id"]).OfType<string>().Distinct().ToList();
        var projects = (await AllAsync(openAI, "projects?include_archived=true", "after"))
            .Select(item => (string)item["id"]!)
            .ToList();
        var openAINames = new HashSet<string>();
        foreach (var project in projects)
        {
            var keys = await AllAsync(openAI, $"projects/{project}/api_keys?", "after");
            keys.ShouldAllBe(
                key => (string)key["owner"]!["type"]! == "user"
                    ? key["owner"]!["user"] != null
                    : key["owner"]!["service_account"] != null);
            openAINames.UnionWith(keys.Select(key => (string)key["id"]!));
            (await AllAsync(openAI, $"projects/{project}/service_accounts?", "after")).ShouldNotBeEmpty();
        }

        var openAIUsed = Rows(await PagesAsync(openAI, $"usage/completions?start_time={start}&group_by=api_key_id"))
            .Select(row => (string)row["api_key_id"]!).Distinct().ToList();

        used.ShouldBe(names, ignoreOrder: true);
        openAIUsed.Except(openAINames).Count().ShouldBe(1);
    }

    [Fact]
    public async Task Members_of_a_workspace_are_users()
    {
        await using var simulator = await StartAsync();
        using var client = simulator.Anthropic();
        var users = (await AllAsync(client, "users?", "after_id")).Select(item => (string)item["id"]!).ToHashSet();
        var workspace = (await AllAsync(client, "workspaces?", "after_id"))[0];

        var members = await AllAsync(client, $"workspaces/{workspace["id"]}/members?", "after_id");

        members.ShouldNotBeEmpty();
        members.ShouldAllBe(member => users.Contains((string)member["user_id"]!));
    }

    [Fact]
    public async Task Each_organisation_tells_its_own_id_and_name()
    {
        await using var simulator = await StartAsync();
        using var acme = simulator.Anthropic();
        using var labs = simulator.Anthropic(Labs);

        var (one, two) = (await JsonAsync(acme, "me"), await JsonAsync(labs, "me"));

        ((string)one["name"]!).ShouldBe(Acme);
        ((string)two["name"]!).ShouldBe(Labs);
        Guid.Parse((string)one["id"]!).ShouldNotBe(Guid.Parse((string)two["id"]!));
    }

    private static async Task<IReadOnlyList<JsonNode>> AllAsync(HttpClient client, string address, string cursor)
    {
        var items = new List<JsonNode>();
        for (JsonNode? page = null; page is null || (bool)page["has_more"]!;)
        {
            page = await JsonAsync(client, page is null ? address : $"{address}&{cursor}={page["last_id"]}");
            items.AddRange(page["data"]!.AsArray().Select(item => item!));
        }

        return items;
    }
}
