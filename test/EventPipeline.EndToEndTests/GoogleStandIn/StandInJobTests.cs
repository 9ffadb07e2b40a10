using System.Net;
using System.Text.Json.Nodes;
using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests;

/// <summary>Jobs of the stand-in: their ids, their outcome, and what faults and kills do to them.</summary>
public sealed class StandInJobTests : StandInTest
{
    [Fact]
    public async Task A_job_id_is_taken_for_ever_also_by_a_job_that_failed()
    {
        await BigQuery.CreateTableAsync();
        await BigQuery.InsertQueryJobAsync("a", "SELECT * FROM d.absent");
        ((string?)(await BigQuery.DoneAsync("a"))["status"]!["errorResult"]!["reason"]).ShouldBe("notFound");

        await StandIn.KillAsync();
        await StandIn.StartAsync();

        var again = await BigQuery.InsertQueryJobAsync("a", "SELECT 1");
        again.Status.ShouldBe(HttpStatusCode.Conflict);
        StandInClient.Reason(again).ShouldBe("duplicate");
        StandInClient.Message(again).ShouldBe("Already Exists: Job p-1:US.a");
        ((string?)again.Body["error"]!["status"]).ShouldBe("ALREADY_EXISTS");
    }

    [Fact]
    public async Task A_job_that_was_accepted_is_done_once_after_a_kill()
    {
        await BigQuery.CreateTableAsync();
        var held = await StandIn.FaultAsync("job.run", "hold", contains: "d.t", times: 0);
        await BigQuery.InsertQueryJobAsync("a", "INSERT INTO d.t (id) VALUES (1)");
        await Poll.UntilAsync("the job runs", async () => await StandIn.HitsAsync(held) == 1);
        ((string?)(await BigQuery.GetJobAsync("a")).Body["status"]!["state"]).ShouldBe("RUNNING");

        for (var i = 0; i < 2; i++)
        {
            await StandIn.KillAsync();
            await StandIn.StartAsync();
            await BigQuery.DoneAsync("a");
            (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe("1");
        }
    }

    [Fact]
    public async Task A_load_killed_after_it_took_effect_is_not_done_again()
    {
        await BigQuery.CreateTableAsync();
        var held = await StandIn.FaultAsync("job.run", "hold", contains: "\"tableId\":\"t\"", when: "after");
        var session = await BigQuery.StartUploadAsync("a");
        var row = """{"id":1}"""u8.ToArray();
        await BigQuery.PutAsync(session, row, $"bytes 0-{row.Length - 1}/{row.Length}");
        await Poll.UntilAsync("the rows are in", async () => await StandIn.HitsAsync(held) == 1);
        ((string?)(await BigQuery.GetJobAsync("a")).Body["status"]!["state"]).ShouldBe("RUNNING");

        await StandIn.KillAsync();
        await StandIn.StartAsync();

        ((string?)(await BigQuery.DoneAsync("a"))["statistics"]!["load"]!["outputRows"]).ShouldBe("1");
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe("1");
        (await BigQuery.PutAsync(session, row, $"bytes 0-{row.Length - 1}/{row.Length}")).Status
            .ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_fault_before_leaves_nothing_and_a_fault_after_leaves_the_job()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.FaultAsync("jobs.insert", "status", contains: "\"a\"", status: 503, reason: "backendError");
        await StandIn.FaultAsync("jobs.insert", "drop", contains: "\"b\"", when: "after");

        (await BigQuery.InsertQueryJobAsync("a", "INSERT INTO d.t (id) VALUES (1)")).Status
            .ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Should.ThrowAsync<HttpRequestException>(
            () => BigQuery.InsertQueryJobAsync("b", "INSERT INTO d.t (id) VALUES (2)"));

        (await BigQuery.GetJobAsync("a")).Status.ShouldBe(HttpStatusCode.NotFound);
        await BigQuery.DoneAsync("b");
        (await BigQuery.ValueAsync("SELECT id FROM d.t")).ShouldBe("2");
        (await StandIn.RequestsAsync()).Select(request => (request.Operation, request.Status, request.JobId))
            .ShouldContain(("jobs.insert", 0, "b"));
    }

    [Fact]
    public async Task A_job_is_told_to_fail_with_a_reason()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.FaultAsync(
            "job.run", "status", contains: "INSERT", reason: "jobRateLimitExceeded", message: "Exceeded rate limits");

        await BigQuery.InsertQueryJobAsync("a", "INSERT INTO d.t (id) VALUES (1)");

        ((string?)(await BigQuery.DoneAsync("a"))["status"]!["errorResult"]!["reason"])
            .ShouldBe("jobRateLimitExceeded");
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe("0");
    }

    [Fact]
    public async Task A_query_that_takes_longer_is_asked_for_again()
    {
        await BigQuery.CreateTableAsync();
        await StandIn.FaultAsync("job.run", "hold");

        var first = await BigQuery.QueryAsync("SELECT 7 AS n", timeoutMs: 1);
        ((bool?)first.Body["jobComplete"]).ShouldBe(false);
        var id = (string?)first.Body["jobReference"]!["jobId"];
        await StandIn.MendAsync();

        var results = await BigQuery.SendAsync(
            HttpMethod.Get, $"bigquery/v2/projects/{StandInClient.Project}/queries/{id}?location=US");
        ((string?)results.Body["rows"]![0]!["f"]![0]!["v"]).ShouldBe("7");
        (
            await BigQuery.SendAsync(
                HttpMethod.Get, $"bigquery/v2/projects/{StandInClient.Project}/queries/{id}?location=EU"))
            .Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_statement_repeated_with_its_request_id_is_done_once()
    {
        await BigQuery.CreateTableAsync();

        await BigQuery.QueryAsync("INSERT INTO d.t (id) VALUES (1)", requestId: "once");
        var again = await BigQuery.QueryAsync("INSERT INTO d.t (id) VALUES (1)", requestId: "once");

        ((string?)again.Body["numDmlAffectedRows"]).ShouldBe("1");
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe("1");
    }

    [Fact]
    public async Task Parameters_are_values_of_their_type_also_when_null()
    {
        await BigQuery.CreateTableAsync();
        JsonArray parameters =
        [
            Parameter("id", "INT64", "1"),
            Parameter("name", "STRING", "it's \\ \"x\" \n"),
            Parameter("money", "BIGNUMERIC", "1.000000000000000001"),
            Parameter("at", "TIMESTAMP", "2026-11-01T00:00:00.123456+02:00"), Parameter("day", "DATE", null),
        ];

        var inserted = await BigQuery.QueryAsync(
            "INSERT INTO d.t (id, name, money, at, day) VALUES (@id, @name, @money, @at, @day)",
            parameters: parameters);

        StandInClient.Message(inserted).ShouldBe("");
        (await StandIn.QueryAsync("SELECT id, name, money, \"at\", day FROM t", "d"))
            .Single()
            .ToJsonString(GoogleStandInJson.Relaxed)
            .ShouldBe("""[1,"it's \\ \"x\" \n","1.000000000000000001","2026-10-31T22:00:00.123456Z",null]""");
        StandInClient.Reason(await BigQuery.QueryAsync("SELECT @id", parameters: [Parameter("id", "INT64", "1.5")]))
            .ShouldBe("invalid");
    }

    private static JsonObject Parameter(string name, string type, string? value) => new()
    {
        ["name"] = name,
        ["parameterType"] = new JsonObject { ["type"] = type },
        ["parameterValue"] = new JsonObject { ["value"] = value },
    };
}

internal static class GoogleStandInJson
{
    public static System.Text.Json.JsonSerializerOptions Relaxed { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
