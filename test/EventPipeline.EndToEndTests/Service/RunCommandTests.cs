using System.Text.Json;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>The one command, with the simulated vendors of its own.</summary>
public sealed class RunCommandTests(RunCommandTests.LoadedFolder folder) : IClassFixture<RunCommandTests.LoadedFolder>
{
    private static readonly string[] Fields = ["runId", "mode", "from", "to", "outcome", "totals", "windows"];
    private static readonly string[] TotalFields = ["slices", "rows", "tokens", "usd", "estimatedUsd"];
    private static readonly string[] WindowFields =
    [
        "vendor",
        "account",
        "report",
        "from",
        "to",
        "why",
        "state",
        "rows",
        "tokens",
        "usd",
        "loadId",
        "attempts",
        "reason",
    ];

    [Fact]
    public void A_first_run_exits_0_and_prints_one_document_with_the_documented_fields()
    {
        folder.First.ExitCode.ShouldBe(0, folder.First.Error);
        var run = JsonElement.Parse(folder.First.Output);

        Fields.ShouldBeSubsetOf(run.EnumerateObject().Select(field => field.Name));
        run.GetProperty("label").GetString().ShouldBe("SIMULATED");
        run.GetProperty("mode").GetString().ShouldBe("production");
        run.GetProperty("from").GetString().ShouldBe("2098-06-13");
        run.GetProperty("to").GetString().ShouldBe("2098-06-14");
        run.GetProperty("outcome").GetString().ShouldBe("completed");

        var totals = run.GetProperty("totals");
        TotalFields.ShouldBeSubsetOf(totals.EnumerateObject().Select(field => field.Name));
        totals.GetProperty("usd").ValueKind.ShouldBe(JsonValueKind.String);
        var windows = run.GetProperty("windows").EnumerateArray().ToList();
        windows.Count.ShouldBe(4 + 4 + 9 + 4 + 5 + 1 + 13 + 3, "A window for every report of every account.");
        foreach (var window in windows)
        {
            WindowFields.ShouldBeSubsetOf(window.EnumerateObject().Select(field => field.Name));
            window.GetProperty("state").GetString().ShouldBeOneOf("loaded", "empty");
            window.GetProperty("usd").ValueKind.ShouldBe(JsonValueKind.String);
            window.GetProperty("attempts").GetInt32().ShouldBe(1);
        }

        totals.GetProperty("rows").GetInt64().ShouldBe(windows.Sum(window => window.GetProperty("rows").GetInt64()));
    }

    [Fact]
    public async Task A_second_run_loads_nothing_and_changes_no_sum()
    {
        var before = await folder.SumsAsync();

        var second = await folder.RunAsync("run", "--json", "--days", "2");

        second.ExitCode.ShouldBe(0, second.Error);
        States(second).ShouldBe(["unchanged"]);
        (await folder.SumsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_forced_run_loads_every_window_again_and_changes_no_sum()
    {
        var before = await folder.SumsAsync();

        // The default verb.
        var forced = await folder.RunAsync("--json", "--days", "2", "--force", "--reports", "cost,claude_code");

        forced.ExitCode.ShouldBe(0, forced.Error);
        States(forced).ShouldBe(["loaded"]);
        Windows(forced).ShouldAllBe(window => window.GetProperty("why").GetString() == "forced");
        (await folder.SumsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_change_and_changes_nothing()
    {
        var before = await folder.SumsAsync();
        const string commits = "SELECT COUNT(*) AS n, MAX(committed_at) AS newest FROM slice_versions";
        const string pages = "SELECT COUNT(*) AS n FROM raw_page";
        var (versions, raw) = (await folder.QueryAsync(commits), await folder.QueryAsync(pages));

        var dry = await folder.RunAsync(
            "run", "--json", "--mode", "dry_run", "--days", "3", "--reports", "cost", "--vendors", "anthropic");

        dry.ExitCode.ShouldBe(0, dry.Error);
        var differences = Windows(dry)
            .SelectMany(window => window.GetProperty("differences").EnumerateArray())
            .ToList();
        differences.Count.ShouldBe(2 * 3);
        foreach (var difference in differences)
        {
            var isNew = difference.GetProperty("day").GetString() == "2098-06-12";
            difference.GetProperty("before").ValueKind.ShouldBe(isNew ? JsonValueKind.Null : JsonValueKind.Object);
            difference.GetProperty("after").GetProperty("usd").ValueKind.ShouldBe(JsonValueKind.String);
        }

        var told = await folder.RunAsync(
            "run", "--mode", "dry_run", "--days", "3", "--reports", "cost", "--vendors", "anthropic");
        told.Output.ShouldContain("anthropic/SIMULATED-acme/cost 2098-06-12  never read");
        told.Output.ShouldContain("Days of reports that a run would change: ");
        (await folder.SumsAsync()).ShouldBe(before);
        (await folder.QueryAsync(commits)).ShouldBe(versions);
        (await folder.QueryAsync(pages)).ShouldBe(raw);
    }

    [Fact]
    public async Task A_development_run_leaves_the_production_dataset_alone()
    {
        var before = await folder.SumsAsync();

        var development = await folder.RunAsync(
            "run", "--json", "--mode", "development", "--reports", "cost", "--accounts", "SIMULATED-labs");

        development.ExitCode.ShouldBe(0, development.Error);
        States(development).ShouldBe(["loaded"]);
        (await folder.SumsAsync()).ShouldBe(before);
        (await folder.QueryAsync("SELECT COUNT(*) > 0 AS loaded FROM ai_usage_analytics_dev.cost"))
            .ShouldContain("true");
    }

    [Fact]
    public async Task Without_json_a_table_is_shown_that_says_where_the_data_is()
    {
        var table = await folder.RunAsync("run", "--vendors", "openai", "--reports", "moderations_usage");

        table.ExitCode.ShouldBe(0, table.Error);
        table.Output.ShouldContain("SIMULATED");
        table.Output.ShouldContain("moderations_usage");
        table.Output.ReplaceLineEndings("").ShouldContain(folder.Data);
    }

    [Fact]
    public async Task Csv_quotes_as_RFC_4180_and_keeps_every_digit()
    {
        var csv = await folder.RunAsync(
            "query",
            "SELECT 'a\"b,c' AS \"odd, name\", CAST('0.000000000000000001' AS DECIMAL(38,18)) AS amount, NULL AS none",
            "--csv");

        csv.ExitCode.ShouldBe(0, csv.Error);
        csv.Output.ReplaceLineEndings("\n").ShouldBe("\"odd, name\",amount,none\n\"a\"\"b,c\",0.000000000000000001,\n");
        csv.Error.ShouldContain("SIMULATED");
    }

    [Fact]
    public async Task A_query_cannot_change_the_data()
    {
        var before = await folder.SumsAsync();

        foreach (var sql in (string[])["DELETE FROM cost_versions", "DROP VIEW cost", "CREATE TABLE x (a INT)"])
        {
            var refused = await folder.RunAsync("query", sql, "--json");
            refused.ExitCode.ShouldNotBe(0);
            refused.Output.ShouldBeEmpty();
            refused.Error.ShouldNotContain("   at ");
        }

        (await folder.SumsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_query_of_a_folder_without_data_says_what_to_do_and_makes_none()
    {
        var nothing = Path.Combine(folder.Working, "nothing");

        var refused = await LocalProcess.RunAsync(
            folder.Working, LoadedFolder.Settings, "query", "SELECT 1", "--data", nothing);

        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("--data");
        Directory.Exists(nothing).ShouldBeFalse();
    }

    [Fact]
    public async Task Simulated_and_configured_data_do_not_mix_in_one_folder()
    {
        var before = await folder.SumsAsync();
        var configured = new Dictionary<string, string>
        {
            ["Vendors__Anthropic__BaseAddress"] = "http://127.0.0.1:9/",
            ["Vendors__Anthropic__Accounts__0__Name"] = "acme",
            ["Vendors__Anthropic__Accounts__0__Secret"] = "env:KEY",
            ["KEY"] = "sk-ant-admin01-x",
        };

        var refused = await LocalProcess.RunAsync(folder.Working, configured, "run", "--json", "--data", folder.Data);

        refused.ExitCode.ShouldNotBe(0);
        refused.Output.ShouldBeEmpty();
        refused.Error.ShouldContain("SIMULATED");
        refused.Error.ShouldContain("--data");
        (await folder.SumsAsync()).ShouldBe(before);
    }

    private static List<JsonElement> Windows(Finished run) =>
        [.. JsonElement.Parse(run.Output).GetProperty("windows").EnumerateArray()];

    private static IEnumerable<string?> States(Finished run) =>
        Windows(run).Select(window => window.GetProperty("state").GetString()).Distinct();

    /// <summary>A folder that one run has filled.</summary>
    public sealed class LoadedFolder : IAsyncLifetime
    {
        private readonly TemporaryFolder folder = new();

        internal static Dictionary<string, string> Settings { get; } = new() { ["Runs__GapDays"] = "0" };

        internal string Working => folder.Path;

        internal string Data => Path.Combine(folder.Path, "data");

        internal Finished First { get; private set; } = null!;

        public async ValueTask InitializeAsync() => First = await RunAsync("run", "--json", "--days", "2");

        public ValueTask DisposeAsync()
        {
            folder.Dispose();
            return ValueTask.CompletedTask;
        }

        internal Task<Finished> RunAsync(params string[] arguments) =>
            LocalProcess.RunAsync(folder.Path, Settings, [.. arguments, "--data", Data, "--now", Simulation.Now]);

        internal async Task<string> QueryAsync(string sql)
        {
            var answer = await RunAsync("query", sql, "--json");
            answer.ExitCode.ShouldBe(0, answer.Error);
            return answer.Output;
        }

        /// <summary>Every number that there is to add, per slice, as text.</summary>
        internal Task<string> SumsAsync() => QueryAsync("""
            SELECT 'usage' AS t, vendor, account_id, report, usage_date, COUNT(*) AS n, SUM(input_uncached_tokens) AS a, SUM(cache_read_tokens) AS b,
              SUM(cache_write_tokens) AS c, SUM(output_tokens) AS d, SUM(requests) AS e, SUM(quantity) AS f
            FROM usage GROUP BY ALL
            UNION ALL
            SELECT 'cost', vendor, account_id, report, usage_date, COUNT(*), NULL, NULL, NULL, NULL, NULL, SUM(amount_usd) FROM cost_all GROUP BY ALL
            UNION ALL
            SELECT 'activity', vendor, account_id, report, usage_date, COUNT(*), SUM(sessions), SUM(lines_added), SUM(lines_removed),
              SUM(accepted), SUM(commits), NULL FROM activity GROUP BY ALL
            UNION ALL
            SELECT 'event', vendor, account_id, report, usage_date, COUNT(*), SUM(input_uncached_tokens), SUM(cache_read_tokens), SUM(cache_write_tokens),
              SUM(output_tokens), NULL, SUM(charged_usd) FROM usage_event GROUP BY ALL
            UNION ALL
            SELECT 'seat', vendor, account_id, report, usage_date, COUNT(*), NULL, NULL, NULL, NULL, NULL, SUM(overall_spend_usd) FROM seat GROUP BY ALL
            UNION ALL
            SELECT 'entity', vendor, account_id, kind, NULL, COUNT(*), NULL, NULL, NULL, NULL, NULL, NULL FROM entity GROUP BY ALL
            ORDER BY ALL
            """);
    }
}
