using EventPipeline.Tests.DuckDb;
using static EventPipeline.Tests.Sql.Facts;

namespace EventPipeline.Tests.Sql;

/// <summary>Every billed dollar once, to whom it belongs, or named as nobody's.</summary>
public sealed class AttributionTests(WarehouseFixture file) : IClassFixture<WarehouseFixture>, IAsyncLifetime
{
    private readonly Facts _facts = new(file);
    private int _rows;

    public async ValueTask InitializeAsync()
    {
        await _facts.CommitAsync("a", Morning(1));
        await _facts.CommitAsync("u", Morning(1), ("report", "messages_usage"));
    }

    public ValueTask DisposeAsync() => file.EmptyAsync();

    [Theory]
    [InlineData("user", "user-1", "user")]
    [InlineData("api_key", "key-1", "api_key")]
    [InlineData("workspace", "ws-1", "workspace")]
    [InlineData("account", "org-1", "account")]
    public async Task What_a_line_names_belongs_to_who_owns_it(string kind, string id, string by)
    {
        await OwnAsync(kind, id, "ann", "red");
        await LineAsync(
            2.5m, ("actor_type", "user"), ("actor_id", "user-1"), ("api_key_id", "key-1"), ("sub_account_id", "ws-1"));

        (await AttributedAsync()).ShouldBe([["ann", "red", "billed", by, null, 2.5m]]);
    }

    [Fact]
    public async Task Of_what_a_line_names_the_first_that_is_owned_decides()
    {
        await OwnAsync("workspace", "ws-1", null, "blue");
        await OwnAsync("api_key", "key-1", "ann", "red");
        await LineAsync(1m, ("api_key_id", "key-1"), ("sub_account_id", "ws-1"));
        await LineAsync(2m, ("api_key_id", "key-2"), ("sub_account_id", "ws-1"));

        (await AttributedAsync()).ShouldBe(
            [["ann", "red", "billed", "api_key", null, 1m], [null, "blue", "billed", "workspace", null, 2m]]);
    }

    [Fact]
    public async Task An_email_address_counts_for_every_vendors_user_that_has_it()
    {
        await OwnAsync("email", "ann@example.com", "ann", "red", vendor: null);
        await _facts.CommitAsync("n", Morning(1), ("report", "names"));
        await _facts.InsertAsync(
            "entity_versions",
            ("load_id", "n"), ("row_key", "1"), ("kind", "user"), ("id", "user-1"), ("email", "Ann@Example.com"));
        await LineAsync(1m, ("actor_id", "user-1"));
        await LineAsync(2m, ("actor_id", "ANN@example.com"));

        (await AttributedAsync()).ShouldBe(
            [["ann", "red", "billed", "email", null, 1m], ["ann", "red", "billed", "email", null, 2m]]);
    }

    [Fact]
    public async Task A_line_of_a_workspace_is_split_by_the_tokens_of_its_model_there()
    {
        await OwnAsync("api_key", "key-1", "ann", "red");
        await OwnAsync("api_key", "key-2", "bob", "blue");
        await UsageAsync(1, ("api_key_id", "key-1"), ("sub_account_id", "ws-1"), ("model", "m"));
        await UsageAsync(2, ("api_key_id", "key-2"), ("sub_account_id", "ws-1"), ("model", "m"));
        await UsageAsync(70, ("api_key_id", "key-2"), ("sub_account_id", "ws-1"), ("model", "other"));
        await UsageAsync(70, ("api_key_id", "key-2"), ("sub_account_id", "ws-2"), ("model", "m"));
        await LineAsync(10m, ("sub_account_id", "ws-1"), ("model", "m"));

        var found = await AttributedAsync();

        found.ShouldBe(
        [
            ["ann", "red", "allocated", "api_key", "model", 3.333333330m],
            ["bob", "blue", "allocated", "api_key", "model", 6.666666670m],
        ]);
    }

    [Fact]
    public async Task A_line_whose_model_was_not_used_is_split_over_the_workspace_and_keeps_its_model()
    {
        await OwnAsync("api_key", "key-1", "ann", "red");
        await UsageAsync(1, ("api_key_id", "key-1"), ("sub_account_id", "ws-1"), ("model", "m"));
        await UsageAsync(1, ("api_key_id", "key-1"), ("sub_account_id", "ws-1"), ("model", "n"));
        await UsageAsync(2, ("api_key_id", "key-9"), ("sub_account_id", "ws-1"), ("model", "n"));
        await LineAsync(4m, ("sub_account_id", "ws-1"), ("model", "search"));
        await LineAsync(8m, ("sub_account_id", "ws-1"), ("model", null));

        (await _facts.AskAsync(
            "SELECT model, api_key_id, person, method, allocated_over, amount_usd FROM attributed_cost ORDER BY 1, 2"))
            .ShouldBe(
            [
                ["search", "key-1", "ann", "allocated", "workspace", 2m],
                ["search", "key-9", null, "unattributed", "workspace", 2m],
                [null, "key-1", "ann", "allocated", "workspace", 4m],
                [null, "key-9", null, "unattributed", "workspace", 4m],
            ]);
    }

    [Theory]
    [InlineData("openai", "allocated", "account")]
    [InlineData("anthropic", "unattributed", null)]
    public async Task A_line_without_a_workspace_is_split_over_the_account_unless_the_vendors_default_one_is_meant(
        string vendor, string method, string? over)
    {
        await _facts.CommitAsync("a", Morning(1), ("vendor", "openai"));
        await _facts.CommitAsync("u", Morning(1), ("vendor", "openai"), ("report", "messages_usage"));
        await OwnAsync("api_key", "key-1", "ann", "red", vendor);
        await UsageAsync(1, ("vendor", vendor), ("api_key_id", "key-1"), ("sub_account_id", "ws-1"));
        await LineAsync(4m, ("vendor", vendor));

        (await AttributedAsync()).ShouldBe(
            [[method == "allocated" ? "ann" : null, method == "allocated" ? "red" : null, method,
                method == "allocated" ? "api_key" : null, over, 4m]]);
    }

    [Fact]
    public async Task What_nothing_tells_about_is_named_as_nobodys()
    {
        await LineAsync(4m, ("sub_account_id", "ws-1"), ("model", "m"));
        await LineAsync(3m, ("api_key_id", "key-7"));

        (await _facts.AskAsync(
            "SELECT sub_account_id, model, api_key_id, method, amount_usd FROM attributed_cost ORDER BY amount_usd"))
            .ShouldBe([[null, null, "key-7", "unattributed", 3m], ["ws-1", "m", null, "unattributed", 4m]]);
    }

    [Fact]
    public async Task Somebody_who_moves_leaves_last_years_report_as_it_was()
    {
        await OwnAsync("api_key", "key-1", "ann", "red", from: new DateOnly(1, 1, 1));
        await OwnAsync("api_key", "key-1", "ann", "blue", from: Day);
        await OwnAsync("api_key", "key-1", null, null, from: Day.AddDays(1));
        foreach (var day in (int[])[-1, 0, 1])
        {
            await _facts.CommitAsync("d", Morning(1), ("usage_date", Day.AddDays(day)));
            await LineAsync(1m, ("api_key_id", "key-1"), ("usage_date", Day.AddDays(day)), ("load_id", "d"));
        }

        (await _facts.AskAsync("SELECT usage_date, team, method FROM attributed_cost ORDER BY 1")).ShouldBe(
        [
            [Day.AddDays(-1), "red", "billed"],
            [Day, "blue", "billed"],
            [Day.AddDays(1), null, "unattributed"],
        ]);
        (await _facts.AskAsync("SELECT team, valid_from, valid_until FROM person ORDER BY valid_from")).ShouldBe(
            [["red", new DateOnly(1, 1, 1), Day.AddDays(-1)], ["blue", Day, Day]]);
    }

    [Fact]
    public async Task Of_two_records_of_one_day_the_newer_counts()
    {
        await OwnAsync("api_key", "key-1", "ann", "red", recorded: 1);
        await OwnAsync("api_key", "key-1", "bob", "blue", recorded: 2);
        await LineAsync(1m, ("api_key_id", "key-1"));

        (await AttributedAsync()).ShouldBe([["bob", "blue", "billed", "api_key", null, 1m]]);
    }

    /// <summary>Amounts that no share divides evenly, credits among them, over many keys.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Sums_are_those_of_daily_cost_to_the_last_digit(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 12; i++)
        {
            await UsageAsync(
                random.Next(0, 1_000_000_007),
                ("api_key_id", $"key-{random.Next(5)}"),
                ("sub_account_id", random.Next(3) is > 0 and var ws ? $"ws-{ws}" : null),
                ("model", random.Next(3) is > 0 and var model ? $"m-{model}" : null));
            var amount = (random.Next(-50_000_000, 1_000_000_000) * 0.000_000_001m)
                + (random.Next() * 0.000_000_000_000_000_001m);
            await LineAsync(
                amount,
                ("sub_account_id", random.Next(4) is > 0 and var at ? $"ws-{at}" : null),
                ("model", random.Next(4) is > 0 and var of ? $"m-{of}" : null),
                ("api_key_id", random.Next(4) == 0 ? "key-1" : null));
        }

        await OwnAsync("api_key", "key-1", "ann", "red");
        await OwnAsync("api_key", "key-2", "bob", "red");
        await OwnAsync("workspace", "ws-2", null, "blue");
        const string by = "usage_date, vendor, account_id, sub_account_id, model";

        var attributed = await _facts.AskAsync(
            $"SELECT {by}, SUM(amount_usd) FROM attributed_cost GROUP BY {by} ORDER BY {by}");

        attributed.Count.ShouldBeGreaterThan(3);
        attributed.ShouldBe(await _facts.AskAsync(
            $"SELECT {by}, SUM(amount_usd) FROM daily_cost GROUP BY {by} ORDER BY {by}"));
    }

    [Fact]
    public async Task The_share_that_is_attributed_is_said_per_day_and_vendor()
    {
        await OwnAsync("api_key", "key-1", "ann", "red");
        await UsageAsync(1, ("api_key_id", "key-1"), ("sub_account_id", "ws-1"));
        await UsageAsync(1, ("api_key_id", "key-2"), ("sub_account_id", "ws-1"));
        await LineAsync(1m, ("api_key_id", "key-1"));
        await LineAsync(2m, ("sub_account_id", "ws-1"));
        await LineAsync(5m, ("api_key_id", "key-2"));

        (await _facts.AskAsync("SELECT * FROM attribution"))
            .ShouldBe([[Day, "anthropic", 8m, 1m, 1m, 6m, 0.25m]]);
    }

    private Task<IReadOnlyList<IReadOnlyList<object?>>> AttributedAsync() => _facts.AskAsync(
        "SELECT person, team, method, attributed_by, allocated_over, amount_usd FROM attributed_cost "
            + "ORDER BY amount_usd");

    private Task OwnAsync(
        string kind,
        string id,
        string? person,
        string? team,
        string? vendor = "anthropic",
        DateOnly? from = null,
        int recorded = 0) => _facts.InsertAsync(
            "person_history",
            ("vendor", vendor),
            ("kind", kind),
            ("id", id),
            ("valid_from", from ?? new DateOnly(1, 1, 1)),
            ("person", person),
            ("team", team),
            ("recorded_at", Morning(recorded)));

    private Task LineAsync(decimal usd, params (string Column, object? Value)[] row) => _facts.InsertAsync(
        "cost_versions", [("row_key", $"{_rows++}"), ("amount_usd", usd), .. row]);

    private Task UsageAsync(long tokens, params (string Column, object? Value)[] row) => _facts.InsertAsync(
        "usage_versions",
        [
            ("row_key", $"{_rows++}"), ("load_id", "u"), ("report", "messages_usage"), ("output_tokens", tokens),
            .. row,
        ]);
}
