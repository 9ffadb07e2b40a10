using EventPipeline.Tests.DuckDb;
using static EventPipeline.Tests.Sql.Facts;

namespace EventPipeline.Tests.Sql;

/// <summary>The views that people ask say names beside ids, and never instead of them.</summary>
public sealed class IdNameTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncLifetime
{
    private const string Names = "account, sub_account_id, sub_account, api_key_id, api_key, amount_usd";

    private readonly Facts _facts = new(file);
    private int _rows;

    public async ValueTask InitializeAsync()
    {
        await _facts.CommitAsync("a", Morning(1));
        await _facts.CommitAsync("u", Morning(1), ("report", "messages_usage"));
        await _facts.CommitAsync("n", Morning(1), ("report", "names"));
    }

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Theory]
    [InlineData("daily_cost")]
    [InlineData("attributed_cost")]
    public async Task Two_keys_of_one_name_are_two(string view)
    {
        await NameAsync("api_key", "key-1", "laptop");
        await NameAsync("api_key", "key-2", "laptop");
        await NameAsync("workspace", "ws-1", "Research");
        await LineAsync(1m, ("api_key_id", "key-1"), ("sub_account_id", "ws-1"));
        await LineAsync(2m, ("api_key_id", "key-2"), ("sub_account_id", "ws-1"));
        await LineAsync(4m, ("api_key_id", "key-3"), ("sub_account_id", "ws-2"));

        (await _facts.AskAsync($"SELECT {Names} FROM {view} ORDER BY amount_usd")).ShouldBe(
        [
            ["acme", "ws-1", "Research", "key-1", "laptop", 1m],
            ["acme", "ws-1", "Research", "key-2", "laptop", 2m],
            ["acme", "ws-2", "ws-2", "key-3", "key-3", 4m],
        ]);
    }

    /// <summary>What leaves it null in one report has a real id in another of the same vendor.</summary>
    [Theory]
    [InlineData("anthropic", "cost", "Default")]
    [InlineData("anthropic", "analytics_cost", null)]
    [InlineData("openai", "cost", null)]
    public async Task A_workspace_that_a_report_does_not_name_is_called_what_the_vendor_calls_it(
        string vendor, string report, string? name)
    {
        await _facts.CommitAsync("a", Morning(2), ("vendor", vendor), ("report", report));
        await LineAsync(1m, ("vendor", vendor), ("report", report));

        (await _facts.AskAsync($"SELECT {Names} FROM daily_cost")).ShouldBe([["acme", null, name, null, null, 1m]]);
    }

    [Fact]
    public async Task Usage_names_its_user_too()
    {
        await NameAsync("user", "user-1", "Ann");
        await NameAsync("user", "user-2", null, ("email", "bob@example.com"));
        await NameAsync("service_account", "svc-1", "crawler");
        await NameAsync("project", "p-1", "Search");
        foreach (var (i, actor) in ((string[])["user-1", "user-2", "svc-1", "user-9"]).Index())
        {
            await UsageAsync(i + 1, ("actor_id", actor), ("sub_account_id", "p-1"));
        }

        (await _facts.AskAsync(
            "SELECT account, sub_account, actor_id, actor, total_tokens FROM daily_usage ORDER BY total_tokens"))
            .ShouldBe(
            [
                ["acme", "Search", "user-1", "Ann", 1m],
                ["acme", "Search", "user-2", "bob@example.com", 2m],
                ["acme", "Search", "svc-1", "crawler", 3m],
                ["acme", "Search", "user-9", "user-9", 4m],
            ]);
    }

    /// <summary>A key of the same id as a workspace, or of another account, has another name.</summary>
    [Fact]
    public async Task A_name_is_that_of_its_kind_and_account()
    {
        await _facts.CommitAsync("n", Morning(1), ("report", "names"), ("account_id", "org-2"), ("account", "other"));
        await NameAsync("workspace", "1", "a workspace");
        await NameAsync("api_key", "1", "another account's", ("account_id", "org-2"));
        await LineAsync(1m, ("api_key_id", "1"), ("sub_account_id", "1"));

        (await _facts.AskAsync($"SELECT {Names} FROM daily_cost"))
            .ShouldBe([["acme", "1", "a workspace", "1", "1", 1m]]);
    }

    private Task NameAsync(string kind, string id, string? name, params (string Column, object? Value)[] row) =>
        _facts.InsertAsync(
            "entity_versions",
            [("load_id", "n"), ("row_key", $"{_rows++}"), ("kind", kind), ("id", id), ("name", name), .. row]);

    private Task LineAsync(decimal usd, params (string Column, object? Value)[] row) => _facts.InsertAsync(
        "cost_versions", [("row_key", $"{_rows++}"), ("amount_usd", usd), .. row]);

    private Task UsageAsync(long tokens, params (string Column, object? Value)[] row) => _facts.InsertAsync(
        "usage_versions",
        [
            ("row_key", $"{_rows++}"), ("load_id", "u"), ("report", "messages_usage"), ("output_tokens", tokens),
            .. row,
        ]);
}
