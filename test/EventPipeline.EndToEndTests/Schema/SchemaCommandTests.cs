using System.Text.Json.Nodes;

namespace EventPipeline.EndToEndTests.Schema;

public sealed class SchemaCommandTests
{
    private const int Tables = 15;
    private const int Views = 31;
    private static readonly string Counted = $"{Tables} tables, {Views} views";
    private static readonly string UpToDate = $"d is up to date: {Counted}";

    [Fact]
    public async Task An_empty_project_gets_the_dataset_its_tables_and_its_views_and_a_second_apply_writes_nothing()
    {
        await using var server = await DatasetServer.StartAsync();

        var settings = Settings(server);

        var first = await SchemaProgram.RunAsync(settings, "apply", "--dataset", "d");
        var statements = server.Statements.Count;
        var second = await SchemaProgram.RunAsync(settings, "apply", "--dataset", "d");
        var check = await SchemaProgram.RunAsync(settings, "check", "--dataset", "d");

        first.ShouldSatisfyAllConditions(
            () => first.ExitCode.ShouldBe(0, first.Error),
            () => first.Lines[0].ShouldBe("created dataset d"),
            () => first.Lines[1].ShouldBe("created table d.account_identity"),
            () => first.Lines[1 + Tables].ShouldBe("created view d.slice_history"),
            () => first.Lines[^1].ShouldBe(UpToDate),
            () => first.Lines.Count.ShouldBe(1 + Tables + Views + 1));
        server.Datasets.ShouldBe(new Dictionary<string, string> { ["d"] = "US" });
        statements.ShouldBe(1 + Tables + Views);
        (second.ExitCode, second.Output.Trim(), server.Statements.Count).ShouldBe((0, UpToDate, statements));
        (check.ExitCode, check.Output.Trim()).ShouldBe((0, $"d is as expected: {Counted}"));
    }

    [Fact]
    public async Task Without_a_dataset_both_the_production_and_the_development_dataset_are_made_where_the_settings_say()
    {
        await using var server = await DatasetServer.StartAsync();

        var apply = await SchemaProgram.RunAsync(
            [
                ("BigQuery__ProjectId", "p"),
                ("BIGQUERY_EMULATOR_HOST", server.Host),
                ("BIGQUERY_DATASET", "spend"),
                ("BigQuery__Location", "europe-west3"),
            ], "apply");

        apply.ExitCode.ShouldBe(0, apply.Error);
        server.Datasets.ShouldBe(new Dictionary<string, string>
        {
            ["spend"] = "europe-west3",
            ["spend_dev"] = "europe-west3",
        });
        server.Tables.Count.ShouldBe(2 * (Tables + Views));
    }

    [Fact]
    public async Task An_older_dataset_gets_its_columns_in_one_change_and_the_views_that_show_them()
    {
        await using var server = await AppliedAsync();
        server.Remove("d.usage_versions", "is_batch");
        server.Remove("d.usage_versions", "reasoning_tokens");
        server.Remove("d.usage", "is_batch");
        server.Remove("d.usage", "reasoning_tokens");
        server.Field("d.usage_versions", "model")["description"] = "Old words.";
        server.Tables["d.run_events"]["description"] = null;

        var before = await SchemaProgram.RunAsync(server, "check");
        var apply = await SchemaProgram.RunAsync(server, "apply");
        var after = await SchemaProgram.RunAsync(server, "check");

        before.ExitCode.ShouldBe(1);
        before.Output.ShouldContain(
            "d.usage_versions.is_batch is missing; expected: BOOL NULLABLE. 'schema apply' changes it.");
        before.Output.ShouldContain(
            "d.usage_versions.model has the description 'Old words.'; expected: 'The model, as the vendor spells "
                + "it.'.");
        before.Output.ShouldContain(
            "d.usage is described otherwise; expected: the descriptions that 'schema print' shows. 'schema apply' "
                + "changes it.");
        apply.ExitCode.ShouldBe(0, apply.Error);
        apply.Lines.ShouldBe(
        [
            "described table d.run_events",
            "added column d.usage_versions.is_batch",
            "added column d.usage_versions.reasoning_tokens",
            "described column d.usage_versions.model",
            "replaced view d.usage",
            UpToDate,
        ], ignoreOrder: true);
        server.Statements.Count(sql => sql.Contains("ADD COLUMN", StringComparison.Ordinal)).ShouldBe(1);
        server.Field("d.usage", "is_batch")["description"]!.GetValue<string>()
            .ShouldBe("Whether it was used through the batch API.");
        (after.ExitCode, after.Output.Trim()).ShouldBe((0, $"d is as expected: {Counted}"));
    }

    [Fact]
    public async Task A_view_that_is_missing_or_says_something_else_is_made_anew_and_no_other()
    {
        await using var server = await AppliedAsync();
        server.Tables.Remove("d.focus");
        server.Tables["d.daily_cost"]["view"]!["query"] = "SELECT 1 AS x";

        var check = await SchemaProgram.RunAsync(server, "check");
        var apply = await SchemaProgram.RunAsync(server, "apply");

        check.ExitCode.ShouldBe(1);
        check.Lines.ShouldBe(
        [
            "d.daily_cost has another query; expected: the query that 'schema print' shows. 'schema apply' changes it.",
            "d.focus is missing; expected: a view. 'schema apply' changes it.",
        ]);
        apply.Lines.ShouldBe(["replaced view d.daily_cost", "created view d.focus", UpToDate]);
        apply.ExitCode.ShouldBe(0, apply.Error);
    }

    [Fact]
    public async Task A_view_without_descriptions_gets_them()
    {
        await using var server = await AppliedAsync();
        var described = server.Snapshot();
        server.Tables["d.freshness"]["description"] = null;
        server.Field("d.focus", "BilledCost").Remove("description");
        server.Field("d.cost", "amount_usd")["description"] = "Old words.";

        var check = await SchemaProgram.RunAsync(server, "check");
        var apply = await SchemaProgram.RunAsync(server, "apply");

        check.ExitCode.ShouldBe(1);
        check.Lines.ShouldBe(new[] { "cost", "freshness", "focus" }.Select(view =>
            $"d.{view} is described otherwise; expected: the descriptions that 'schema print' shows. 'schema apply' "
                + "changes it."));
        apply.Lines.ShouldBe(["replaced view d.cost", "replaced view d.freshness", "replaced view d.focus", UpToDate]);
        server.Snapshot().ShouldBe(described);
    }

    [Fact]
    public async Task A_view_that_is_only_written_differently_stays()
    {
        await using var server = await AppliedAsync();
        foreach (var view in server.Tables.Values.Where(table => table["view"] is not null))
        {
            view["view"]!["query"] =
                "-- by "
                    + $"hand\n{view["view"]!["query"]!.GetValue<string>()
                        .Replace("`p`.d.", "d.", StringComparison.Ordinal)}  ";
        }

        (await SchemaProgram.RunAsync(server, "check")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_column_that_only_grows_wider_is_changed_in_place()
    {
        await using var server = await AppliedAsync();
        foreach (var table in new[] { "d.usage_versions", "d.cost_versions" })
        {
            server.Field(table, "quantity")["type"] = "NUMERIC";
        }

        var check = await SchemaProgram.RunAsync(server, "check");
        check.ExitCode.ShouldNotBe(0);
        (check.Output + check.Error)
            .ShouldContain("d.cost_versions.quantity is NUMERIC; expected: BIGNUMERIC. 'schema apply' changes it.");

        var apply = await SchemaProgram.RunAsync(server, "apply");
        apply.ExitCode.ShouldBe(0, apply.Error);

        server.Field("d.cost_versions", "quantity")["type"]!.GetValue<string>().ShouldBe("BIGNUMERIC");
        (await SchemaProgram.RunAsync(server, "check")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_dataset_whose_tables_take_queries_of_all_their_days_is_protected()
    {
        await using var server = await AppliedAsync();
        string[] protectedTables =
        [
            "activity_versions",
            "cost_versions",
            "raw_page",
            "seat_versions",
            "usage_event_versions",
            "usage_versions",
        ];
        server.Tables.Where(table => table.Value.Remove("requirePartitionFilter")).Select(table => table.Key)
            .ShouldBe(protectedTables.Select(table => $"d.{table}"));

        var check = await SchemaProgram.RunAsync(server, "check");
        var apply = await SchemaProgram.RunAsync(server, "apply");
        var again = await SchemaProgram.RunAsync(server, "apply");

        check.ExitCode.ShouldBe(1);
        check.Lines.ShouldBe(protectedTables.Select(table => $"d.{table} takes queries of all its partitions; "
            + "expected: only those that filter them. 'schema apply' changes it."));
        apply.Lines.ShouldBe([.. protectedTables.Select(table => $"protected table d.{table}"), UpToDate]);
        server.Tables.Where(table => (bool?)table.Value["requirePartitionFilter"] == true).Select(table => table.Key)
            .ShouldBe(protectedTables.Select(table => $"d.{table}"));
        (again.ExitCode, again.Output.Trim()).ShouldBe((0, UpToDate));
    }

    public static TheoryData<string, string, string, string, string> Refusals => new()
    {
        { "type", "d.usage_versions.requests", """{"name":"requests","type":"STRING"}""", "d.usage_versions.requests is STRING; expected: INT64.", "CAST(requests AS INT64)" },
        { "type", "d.cost_versions.amount_usd", """{"name":"amount_usd","type":"BIGNUMERIC","mode":"REQUIRED"}""", "d.cost_versions.amount_usd is BIGNUMERIC; expected: BIGNUMERIC(38, 18).", "CAST(amount_usd AS BIGNUMERIC(38, 18))" },
        { "mode", "d.usage_versions.model", """{"name":"model","type":"STRING","mode":"REQUIRED"}""", "d.usage_versions.model is REQUIRED; expected: NULLABLE.", "ALTER TABLE `p`.d.usage_versions ALTER COLUMN model DROP NOT NULL;" },
        { "mode", "d.usage_versions.vendor", """{"name":"vendor","type":"STRING"}""", "d.usage_versions.vendor is NULLABLE; expected: REQUIRED.", "ALTER TABLE `p`.d.usage_versions RENAME TO usage_versions_old;" },
        { "extra", "d.usage_versions.tenant", """{"name":"tenant","type":"STRING","mode":"REQUIRED"}""", "d.usage_versions.tenant is REQUIRED, which this revision cannot fill; expected: no such column, or NULLABLE.", "ALTER COLUMN tenant DROP NOT NULL;" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public async Task What_cannot_be_upgraded_is_refused_with_the_statement_and_nothing_is_changed(
        string kind, string column, string field, string message, string statement)
    {
        await using var server = await AppliedAsync();
        var (table, name) = (column[..column.LastIndexOf('.')], column[(column.LastIndexOf('.') + 1)..]);
        var changed = JsonNode.Parse(field)!.AsObject();
        changed["description"] = kind == "extra" ? "x" : server.Field(table, name)["description"]!.GetValue<string>();
        var fields = server.Tables[table]["schema"]!["fields"]!.AsArray();
        if (kind != "extra")
        {
            server.Remove(table, name);
        }

        fields.Add((JsonNode)changed);
        server.Tables.Remove("d.focus"); // could be made, and is not
        var before = server.Snapshot();
        var ran = server.Statements.Count;

        var check = await SchemaProgram.RunAsync(server, "check");
        var apply = await SchemaProgram.RunAsync(server, "apply");

        (check.ExitCode, apply.ExitCode).ShouldBe((1, 1));
        check.Output.ShouldContain(message);
        apply.Output.ShouldBeEmpty();
        apply.Error.ShouldStartWith("d: nothing was changed, ");
        apply.Error.ShouldContain(message);
        apply.Error.ShouldContain(statement);
        server.Statements.Count.ShouldBe(ran);
        server.Snapshot().ShouldBe(before);
    }

    [Fact]
    public async Task Another_partitioning_clustering_or_expiration_is_refused()
    {
        await using var server = await AppliedAsync();
        server.Tables["d.run_events"]["clustering"]!["fields"] = new JsonArray("vendor", "run_id");
        server.Tables["d.dead_letter"]["timePartitioning"]!["type"] = "MONTH";
        server.Tables["d.raw_page"]["timePartitioning"]!.AsObject().Remove("expirationMs");
        var ran = server.Statements.Count;

        var check = await SchemaProgram.RunAsync(server, "check");
        var apply = await SchemaProgram.RunAsync(server, "apply");

        check.Lines.ShouldBe(
        [
            "d.dead_letter is partitioned by TIMESTAMP_TRUNC(recorded_at, MONTH); expected: DATE(recorded_at). It "
                + "needs a new table: 'schema apply' prints the statements to run.",
            "d.raw_page deletes partitions never; expected: after 400 days. Run: ALTER TABLE `p`.d.raw_page SET "
                + "OPTIONS (partition_expiration_days = 400);",
            "d.run_events is clustered by vendor, run_id; expected: run_id. Run: bq update --clustering_fields=run_id "
                + "p:d.run_events",
        ]);
        apply.ExitCode.ShouldBe(1);
        apply.Error.ShouldContain("CREATE TABLE `p`.d.dead_letter_new (");
        server.Statements.Count.ShouldBe(ran);
    }

    [Fact]
    public async Task A_required_column_that_is_missing_is_refused_with_a_place_for_its_value()
    {
        await using var server = await AppliedAsync();
        server.Remove("d.slice_versions", "pinned");

        var apply = await SchemaProgram.RunAsync(server, "apply");

        apply.ExitCode.ShouldBe(1);
        apply.Error.ShouldContain("d.slice_versions.pinned is missing; expected: BOOL REQUIRED.");
        apply.Error.ShouldContain("state, CAST(@pinned AS BOOL), run_id");
    }

    [Fact]
    public async Task A_column_that_nobody_expects_is_told_and_stays()
    {
        await using var server = await AppliedAsync();
        server.Tables["d.usage_versions"]["schema"]!["fields"]!.AsArray().Add(new JsonObject
        {
            ["name"] = "later",
            ["type"] = "STRING",
        });
        var ran = server.Statements.Count;

        var check = await SchemaProgram.RunAsync(server, "check");
        var apply = await SchemaProgram.RunAsync(server, "apply");

        check.ExitCode.ShouldBe(0);
        check.Lines[0]
            .ShouldBe(
                "note: d.usage_versions.later is STRING; expected: no such column. It stays: a newer revision may "
                    + "have added it.");
        (apply.ExitCode, apply.Output.Trim(), server.Statements.Count).ShouldBe((0, UpToDate, ran));
    }

    [Fact]
    public async Task A_table_where_a_view_should_be_is_refused()
    {
        await using var server = await AppliedAsync();
        server.Tables["d.usage"] = server.Tables["d.usage_versions"].DeepClone().AsObject();
        server.Tables["d.usage"]["tableReference"]!["tableId"] = "usage";

        var apply = await SchemaProgram.RunAsync(server, "apply");

        apply.ExitCode.ShouldBe(1);
        apply.Error.ShouldContain("d.usage is a TABLE; expected: a VIEW.");
        apply.Error.ShouldContain("ALTER TABLE `p`.d.usage RENAME TO usage_old;");
    }

    [Fact]
    public async Task A_dataset_in_another_location_is_told_by_name()
    {
        await using var server = await DatasetServer.StartAsync();
        server.Datasets["d"] = "EU";

        var check = await SchemaProgram.RunAsync(server, "check");
        var apply = await SchemaProgram.RunAsync(server, "apply");

        check.Lines[0]
            .ShouldBe(
                "d is in EU; expected: US. A dataset cannot move: set BigQuery__Location to EU, or BIGQUERY_DATASET "
                    + "to another dataset.");
        (check.ExitCode, apply.ExitCode).ShouldBe((1, 1));
        apply.Error.ShouldContain("set BigQuery__Location to EU");
        server.Statements.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_dataset_does_not_keep_the_other_from_being_made()
    {
        await using var server = await DatasetServer.StartAsync();
        server.Datasets["ai_usage_analytics"] = "EU";

        var apply = await SchemaProgram.RunAsync(Settings(server), "apply");

        apply.ExitCode.ShouldBe(1);
        apply.Lines[^1].ShouldBe($"ai_usage_analytics_dev is up to date: {Counted}");
    }

    [Theory]
    [InlineData("rateLimitExceeded", "Exceeded rate limits: too many table update operations for this table")]
    [InlineData("duplicate", "Already Exists: Table p:d.activity_versions")]
    [InlineData("backendError", "Try again")]
    public async Task A_statement_that_met_a_limit_or_another_apply_is_run_again(string reason, string message)
    {
        await using var server = await DatasetServer.StartAsync();
        server.Failures.Enqueue((reason, message));

        (await SchemaProgram.RunAsync(server, "apply")).ExitCode.ShouldBe(0);

        server.Tables.Count.ShouldBe(Tables + Views);
    }

    [Fact]
    public async Task A_statement_that_BigQuery_refuses_ends_the_command_and_the_next_apply_goes_on()
    {
        await using var server = await DatasetServer.StartAsync();
        server.Failures.Enqueue(
            ("accessDenied", "Access Denied: Project p: User does not have bigquery.datasets.create permission"));

        var apply = await SchemaProgram.RunAsync(Settings(server), "apply", "--dataset", "d");

        apply.ExitCode.ShouldBe(3);
        apply.Output.ShouldBeEmpty();
        apply.Error.ShouldStartWith("d: Access Denied: ");
        apply.Error.Trim().ShouldNotContain("\n");
        (await SchemaProgram.RunAsync(server, "apply")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Print_needs_nothing_and_names_the_datasets_alone()
    {
        var print = await SchemaProgram.RunAsync([], "print");

        (print.ExitCode, print.Error).ShouldBe((0, ""));
        print.Output.Split(";\n").Length.ShouldBe((2 * (Tables + Views)) + 1);
        print.Output.ShouldContain("CREATE TABLE IF NOT EXISTS ai_usage_analytics.usage_versions (");
        print.Output.ShouldContain("CREATE OR REPLACE VIEW ai_usage_analytics_dev.focus (");
    }

    [Fact]
    public async Task Print_names_the_project_where_one_is_configured()
    {
        var print = await SchemaProgram.RunAsync([("GOOGLE_CLOUD_PROJECT", "my-project")], "print", "--dataset", "d");

        print.ExitCode.ShouldBe(0);
        print.Output.ShouldContain("CREATE TABLE IF NOT EXISTS `my-project`.d.usage_versions (");
        print.Output.ShouldContain("JOIN `my-project`.d.current_slices AS s");
        print.Output.ShouldNotContain("{dataset}");
    }

    [Theory]
    [InlineData("--dataset is '1x': it takes letters", "check", "--dataset", "1x")]
    [InlineData("Required argument missing for option: '--dataset'.", "check", "--dataset")]
    [InlineData("Unrecognized command or argument 'verify'.", "verify")]
    [InlineData("set GOOGLE_CLOUD_PROJECT", "apply")]
    public async Task A_wrong_argument_or_setting_ends_with_2(string message, params string[] arguments)
    {
        var program = await SchemaProgram.RunAsync([], arguments);

        program.ExitCode.ShouldBe(2);
        program.Error.ShouldContain(message);
    }

    [Fact]
    public async Task Every_wrong_setting_is_told_at_once()
    {
        var apply = await SchemaProgram.RunAsync(
            [
                ("GOOGLE_CLOUD_PROJECT", "p"),
                ("BIGQUERY_DATASET", "a-b"),
                ("BigQuery__Location", "US!"),
                ("LOG_LEVEL", "loud"),
            ], "apply");

        apply.ExitCode.ShouldBe(2);
        apply.Error.ShouldContain("The settings have 3 mistakes:");
    }

    private static (string, string)[] Settings(DatasetServer server) =>
        [("GOOGLE_CLOUD_PROJECT", "p"), ("BIGQUERY_EMULATOR_HOST", server.Host)];

    private static async Task<DatasetServer> AppliedAsync()
    {
        var server = await DatasetServer.StartAsync();
        var apply = await SchemaProgram.RunAsync(server, "apply");
        apply.ExitCode.ShouldBe(0, apply.Error);
        return server;
    }
}
