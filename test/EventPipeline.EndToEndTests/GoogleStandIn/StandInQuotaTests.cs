using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests;

/// <summary>The stand-in refuses what BigQuery's quotas refuse, and says what was used of them.</summary>
public sealed class StandInQuotaTests : StandInTest
{
    private const string Row = """{"id":1}""";
    private const string Table = "p-1:d.t";

    [Fact]
    public async Task A_table_takes_so_many_loads_a_day_failed_ones_and_those_before_a_restart_included()
    {
        await BigQuery.CreateTableAsync();
        Reason(await BigQuery.LoadAsync("failed", """{"id":"no number"}""")).ShouldBe("invalid");
        await StandIn.KillAsync();
        await StandIn.StartAsync();
        await StandIn.LimitAsync(("loadJobsPerTableAndDay", 2));

        Reason(await BigQuery.LoadAsync("second", Row)).ShouldBeNull();
        var third = await BigQuery.LoadAsync("third", Row);

        Reason(third).ShouldBe("quotaExceeded");
        Error(third)["location"]!.GetValue<string>().ShouldBe("load_job_per_table.long");
        Error(third)["message"]!.GetValue<string>().ShouldBe(
            "Quota exceeded: Your table exceeded quota for imports or query appends per table. For more information, "
                + "see https://cloud.google.com/bigquery/docs/troubleshoot-quotas");
        Reason(await BigQuery.LoadAsync("other", Row, "other")).ShouldBe("notFound", "it is counted by table");
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe("1");
        (await UsedAsync("tables", Table, "loadJobsToday")).ShouldBe((3, 2));
    }

    [Fact]
    public async Task A_project_takes_so_many_loads_a_day()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.LimitAsync(("loadJobsPerProjectAndDay", 1));

        Reason(await BigQuery.LoadAsync("first", Row)).ShouldBeNull();

        Reason(await BigQuery.LoadAsync("second", Row)).ShouldBe("quotaExceeded");
        (await UsedAsync("projects", "p-1", "loadJobsToday")).ShouldBe((2, 1));
    }

    [Fact]
    public async Task A_partitioned_table_takes_so_many_changes_of_partitions_a_day_and_a_job_so_many_partitions()
    {
        await BigQuery.CreateTableAsync();
        StandInClient.Message(await BigQuery.QueryAsync("CREATE TABLE d.p (id INT64, day DATE) PARTITION BY day"))
            .ShouldBe("");
        await StandIn.LimitAsync(("partitionModificationsPerTableAndDay", 5), ("partitionsPerJob", 3));

        Reason(await BigQuery.LoadAsync("first", Days(1, 2, 2), "p")).ShouldBeNull();
        Reason(await BigQuery.LoadAsync("again", Days(1, 2), "p")).ShouldBeNull();
        var full = await BigQuery.LoadAsync("full", Days(1, 2), "p");

        Reason(full).ShouldBe("quotaExceeded");
        Error(full)["message"]!.GetValue<string>().ShouldStartWith(
            "Quota exceeded: Your table exceeded quota for Number of partition modifications to a column partitioned ");
        Reason(await BigQuery.LoadAsync("one", Days(1), "p")).ShouldBeNull();
        Reason(await BigQuery.LoadAsync("many", Days(1, 2, 3, 4), "p")).ShouldBe("invalid");
        Reason(await BigQuery.LoadAsync("other", Row)).ShouldBeNull("it is not partitioned");
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.p")).ShouldBe("6");
        (await UsedAsync("tables", "p-1:d.p", "partitionModificationsOfTheLast24Hours")).ShouldBe((5, 5));
    }

    [Fact]
    public async Task Loads_and_definitions_of_a_table_have_a_rate_to_which_dml_counts()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.LimitAsync(("tableUpdatesPer10Seconds", 3));

        Reason(await BigQuery.LoadAsync("second", Row)).ShouldBeNull();
        StandInClient.Message(await BigQuery.QueryAsync("INSERT INTO d.t (id) VALUES (2)")).ShouldBe("");

        Reason(await BigQuery.LoadAsync("fourth", Row)).ShouldBe("rateLimitExceeded");
        StandInClient.Message(await BigQuery.QueryAsync("ALTER TABLE d.t ADD COLUMN more STRING"))
            .ShouldStartWith("Exceeded rate limits: too many table update operations for this table.");
        StandInClient.Message(await BigQuery.QueryAsync("INSERT INTO d.t (id) VALUES (3)")).ShouldBe("");
        (await StandIn.QueryAsync("SELECT COUNT(*) FROM information_schema.columns WHERE table_name = 't'"))
            .Single()[0]!.GetValue<int>().ShouldBe(6, "a refused definition has no effect");
        StandInClient.Message(await BigQuery.QueryAsync("CREATE TABLE d.p (day DATE) PARTITION BY day")).ShouldBe("");
        await StandIn.LimitAsync(("partitionedTableUpdatesPer10Seconds", 1));
        StandInClient.Message(await BigQuery.QueryAsync("ALTER TABLE d.p ADD COLUMN more STRING"))
            .ShouldStartWith("Exceeded rate limits: too many partitioned table update operations for this table.");
    }

    [Fact]
    public async Task Dml_on_a_table_has_a_rate_and_what_is_refused_is_no_part_of_it()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.LimitAsync(("dmlPerTableAnd10Seconds", 2));
        await BigQuery.QueryAsync("INSERT INTO d.t (id) VALUES (1)");
        await BigQuery.QueryAsync("UPDATE d.t SET name = 'x' WHERE TRUE");

        var refused = await BigQuery.QueryAsync("INSERT INTO d.t (id) VALUES (2)");

        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        StandInClient.Reason(refused).ShouldBe("rateLimitExceeded");
        StandInClient.Message(refused)
            .ShouldStartWith("Exceeded rate limits: too many table dml insert operations for this table.");
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe("1");
        (await UsedAsync("tables", Table, "dmlPer10Seconds")).ShouldBe((2, 2));
    }

    [Fact]
    public async Task Few_mutations_of_a_table_run_at_once_few_wait_and_the_next_fails()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.LimitAsync(("concurrentMutationsPerTable", 1), ("queuedMutationsPerTable", 1));
        var held = await StandIn.FaultAsync("job.run", "hold", contains: "UPDATE", times: 0);
        await BigQuery.InsertQueryJobAsync("runs", "UPDATE d.t SET name = 'a' WHERE TRUE");
        await Poll.UntilAsync("the first runs", async () => await StandIn.HitsAsync(held) == 1);
        await BigQuery.InsertQueryJobAsync("waits", "DELETE FROM d.t WHERE TRUE");
        await Poll.UntilAsync(
            "the second waits", async () => await UsedAsync("tables", Table, "queuedMutations") == (1, 1));

        await BigQuery.InsertQueryJobAsync("fails", "DELETE FROM d.t WHERE id = 1");

        var failed = await BigQuery.DoneAsync("fails");
        Reason(failed).ShouldBe("resourcesExceeded");
        Error(failed)["message"]!.GetValue<string>().ShouldBe(
            "Resources exceeded during query execution: Too many DML statements outstanding against table p-1:d.t, "
                + "limit is 1.");
        ((string?)(await BigQuery.GetJobAsync("waits")).Body["status"]!["state"]).ShouldBe("PENDING");
        StandInClient.Message(await BigQuery.QueryAsync("INSERT INTO d.t (id) VALUES (1)")).ShouldBe("");
        await StandIn.MendAsync();
        Reason(await BigQuery.DoneAsync("runs")).ShouldBeNull();
        Reason(await BigQuery.DoneAsync("waits")).ShouldBeNull();
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe("0");
    }

    [Fact]
    public async Task Behind_the_first_inserts_of_a_day_the_others_wait_for_each_other()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.LimitAsync(
            ("immediateInsertsPerTableAndDay", 1), ("concurrentInsertsPerTable", 1), ("queuedInsertsPerTable", 0));
        var held = await StandIn.FaultAsync("job.run", "hold", contains: "INSERT", times: 0);
        await BigQuery.InsertQueryJobAsync("immediate", "INSERT INTO d.t (id) VALUES (1)");
        await BigQuery.InsertQueryJobAsync("later", "INSERT INTO d.t (id) VALUES (2)");
        await Poll.UntilAsync("both run", async () => await StandIn.HitsAsync(held) == 2);

        await BigQuery.InsertQueryJobAsync("fails", "INSERT INTO d.t (id) VALUES (3)");

        Reason(await BigQuery.DoneAsync("fails")).ShouldBe("resourcesExceeded");
        (await UsedAsync("tables", Table, "insertsOfTheLast24Hours")).ShouldBe((1, 1));
    }

    [Fact]
    public async Task So_many_queries_of_a_project_run_and_wait()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.LimitAsync(("concurrentQueries", 1), ("queuedQueries", 0));
        var held = await StandIn.FaultAsync("job.run", "hold");
        await BigQuery.InsertQueryJobAsync("runs", "SELECT 1");
        await Poll.UntilAsync("the first runs", async () => await StandIn.HitsAsync(held) == 1);

        var refused = await BigQuery.QueryAsync("SELECT 2");

        (refused.Status, StandInClient.Reason(refused)).ShouldBe((HttpStatusCode.Forbidden, "quotaExceeded"));
        StandInClient.Message(refused).ShouldStartWith(
            "Quota exceeded: Your project and region exceeded quota for max number of jobs that can be queued per "
                + "project.");
        await StandIn.MendAsync();
        Reason(await BigQuery.DoneAsync("runs")).ShouldBeNull();
        await StandIn.LimitAsync(("concurrentQueries", 100));
        (await BigQuery.ValueAsync("SELECT 2")).ShouldBe("2");
    }

    [Fact]
    public async Task A_method_takes_so_many_requests_a_second_and_uploads_are_inserts()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.LimitAsync(("requestsPerMethodAndSecond", 0));

        var refused = await BigQuery.InsertQueryJobAsync("a", "SELECT 1");

        (refused.Status, StandInClient.Reason(refused)).ShouldBe((HttpStatusCode.Forbidden, "rateLimitExceeded"));
        StandInClient.Message(refused).ShouldStartWith(
            "Exceeded rate limits: too many api requests per user per method for this user_method.");
        var upload = await BigQuery.SendAsync(
            HttpMethod.Post, $"upload/bigquery/v2/projects/{StandInClient.Project}/jobs?uploadType=resumable");
        StandInClient.Reason(upload).ShouldBe("rateLimitExceeded");
        (await BigQuery.GetJobAsync("a")).Status.ShouldBe(HttpStatusCode.NotFound, "jobs.get has a limit of its own");
        await StandIn.LimitAsync(("jobsGetPerSecond", 0));
        StandInClient.Reason(await BigQuery.GetJobAsync("a")).ShouldBe("rateLimitExceeded");
        (await UsedAsync("requestsPerSecond", "jobs.get")).ShouldBe((1, 0));
    }

    [Fact]
    public async Task A_user_has_so_many_requests_at_once()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.LimitAsync(("concurrentRequests", 1));
        var held = await StandIn.FaultAsync("jobs.query", "hold");
        var first = BigQuery.QueryAsync("SELECT 1");
        await Poll.UntilAsync("the first is there", async () => await StandIn.HitsAsync(held) == 1);

        StandInClient.Reason(await BigQuery.QueryAsync("SELECT 2")).ShouldBe("quotaExceeded");

        await StandIn.MendAsync();
        (await first).Status.ShouldBe(HttpStatusCode.OK);
        (await BigQuery.ValueAsync("SELECT 2")).ShouldBe("2");
    }

    [Fact]
    public async Task A_request_a_statement_and_its_parameters_are_only_so_large()
    {
        await BigQuery.CreateTableAsync();
        var tooLarge = await BigQuery.QueryAsync($"SELECT '{new string('x', 10 * 1024 * 1024)}'");
        tooLarge.Status.ShouldBe(HttpStatusCode.BadRequest);
        StandInClient.Message(tooLarge).ShouldBe("Request payload size exceeds the limit: 10485760 bytes.");

        var tooLong = await BigQuery.InsertQueryJobAsync("a", $"SELECT 1 -- {new string('x', 1024 * 1024)}");
        (tooLong.Status, StandInClient.Reason(tooLong)).ShouldBe((HttpStatusCode.BadRequest, "invalid"));
        StandInClient.Message(tooLong).ShouldBe(
            "The query is too large. The maximum standard SQL query length is 1024.00K characters, including comments "
                + "and white space characters.");

        JsonArray parameters = [.. Enumerable.Range(0, 10_001).Select(i => new JsonObject
        {
            ["name"] = $"p{i}",
            ["parameterType"] = new JsonObject { ["type"] = "INT64" },
            ["parameterValue"] = new JsonObject { ["value"] = "1" },
        })];
        StandInClient.Reason(await BigQuery.QueryAsync("SELECT @p1", parameters: parameters)).ShouldBe("invalid");
        parameters.RemoveAt(10_000);
        (await BigQuery.QueryAsync("SELECT @p1", parameters: (JsonArray)parameters.DeepClone())).Status
            .ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_limit_that_does_not_exist_is_refused_by_name()
    {
        using var answer = await StandIn.Http.PutAsJsonAsync(
            new Uri(StandIn.Address, "stand-in/limits"),
            new { loadJobsPerTableAndDay = 5, loadsPerDay = 1 },
            TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .ShouldStartWith("There is no limit 'loadsPerDay'. There are: loadJobsPerTableAndDay, ");
        var limits = await StandIn.Http.GetFromJsonAsync<JsonObject>(
            new Uri(StandIn.Address, "stand-in/limits"), TestContext.Current.CancellationToken);
        ((int)limits!["loadJobsPerTableAndDay"]!).ShouldBe(1_500);
    }

    private static JsonObject Error(JsonObject job) => (JsonObject)job["status"]!["errorResult"]!;

    private static string? Reason(JsonObject job) => (string?)job["status"]!["errorResult"]?["reason"];

    private static string Days(params IEnumerable<int> days) =>
        string.Join('\n', days.Select(day => $$"""{"id":1,"day":"2026-11-0{{day}}"}"""));

    private async Task<(int Used, int Limit)> UsedAsync(params IReadOnlyList<string> path)
    {
        var use = path.Aggregate((JsonNode)await StandIn.QuotasAsync(), (node, name) => node[name]!);
        return ((int)use["used"]!, (int)use["limit"]!);
    }
}
