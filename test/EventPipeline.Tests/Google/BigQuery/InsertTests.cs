using EventPipeline.Load;

namespace EventPipeline.Tests.Google.BigQuery;

public sealed class InsertTests
{
    private const string First = "insert-ai_usage-event-1_1";
    private const string Second = "insert-ai_usage-event-1_2";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_insert_is_a_job_of_its_own_name()
    {
        await using var server = await BigQueryServer.StartAsync();

        await InsertAsync(server);

        var (id, configuration) = server.Jobs.ShouldHaveSingleItem();
        id.ShouldBe(First);
        configuration.GetProperty("labels").GetRawText().ShouldBe("""{"service":"eventpipeline","statement":"a_note"}""");
        var query = configuration.GetProperty("query");
        query.GetProperty("query")
            .GetString()
            .ShouldBe("-- @a STRING\nINSERT INTO `my-project`.ai_usage.note (a) VALUES (@a)");
        query.GetProperty("useLegacySql").GetBoolean().ShouldBeFalse();
        query.GetProperty("maximumBytesBilled").GetString().ShouldBe("1000000");
    }

    [Fact]
    public async Task A_text_is_sent_as_short_as_JSON_allows()
    {
        await using var server = await BigQueryServer.StartAsync();

        await server.Warehouse().ExecuteAsync(
            BigQueryServer.Dataset,
            "event-1",
            new Statement(
                "a_note",
                "-- @a STRING\nINSERT INTO {dataset}.note (a) VALUES (@a)",
                new Dictionary<string, object?> { ["a"] = "+++é" }),
            Token);

        System.Text.Encoding.UTF8.GetString(server.Requests.First().Body).ShouldContain("\"+++é\"");
    }

    [Fact]
    public async Task An_insert_is_waited_for_on_the_server()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = _ => ["""{"state":"RUNNING"}""", BigQueryServer.Done];

        await InsertAsync(server);

        server.Lines.ShouldBe(
        [
            "POST /bigquery/v2/projects/my-project/jobs",
            $"GET /bigquery/v2/projects/my-project/queries/{First}?location=europe-west3&timeoutMs=10000&maxResults=0",
        ]);
    }

    [Fact]
    public async Task A_repetition_joins_the_job()
    {
        await using var server = await BigQueryServer.StartAsync();

        (await InsertAsync(server)).ShouldBeTrue();
        (await InsertAsync(server)).ShouldBeFalse();

        server.Jobs.Keys.ShouldBe([First]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_answer_is_settled_under_the_same_name(bool after)
    {
        await using var server = await BigQueryServer.StartAsync();
        var posts = 0;
        server.FateOf = request => IsInsert(request) && ++posts == 1
            ? (after ? Fate.LostAfter : Fate.LostBefore)
            : null;

        await InsertAsync(server);

        server.Jobs.Keys.ShouldBe([First]);
    }

    [Theory]
    [InlineData(500, "internalError")]
    [InlineData(503, "backendError")]
    [InlineData(403, "rateLimitExceeded")]
    [InlineData(429, "rateLimitExceeded")]
    [InlineData(400, "jobBackendError")]
    public async Task What_passes_is_asked_again(int status, string reason)
    {
        await using var server = await BigQueryServer.StartAsync();
        var posts = 0;
        server.FateOf = request => IsInsert(request) && ++posts <= 2 ? Fate.Refused(status, reason, "Later") : null;

        await InsertAsync(server);

        server.Jobs.Keys.ShouldBe([First]);
    }

    [Theory]
    [InlineData("backendError", "")]
    [InlineData("internalError", "")]
    [InlineData("jobBackendError", "")]
    [InlineData("jobInternalError", "")]
    [InlineData("jobRateLimitExceeded", "")]
    [InlineData("rateLimitExceeded", "Exceeded rate limits: too many table dml insert operations for this table.")]
    [InlineData(
        "invalidQuery", "Could not serialize access to table my-project:ai_usage.note due to concurrent update")]
    [InlineData("resourcesExceeded", "Resources exceeded: Too many DML statements outstanding against table")]
    public async Task A_job_that_failed_by_chance_is_followed_by_the_next_number(string reason, string message)
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = id => id == First ? ["""{"state":"RUNNING"}""", BigQueryServer.Failed(reason, message)] : [BigQueryServer.Done];

        await InsertAsync(server);

        server.Jobs.Keys.ShouldBe([First, Second]);
    }

    [Fact]
    public async Task A_job_that_keeps_failing_ends_in_a_failure()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = _ => [BigQueryServer.Failed("backendError", "Later")];

        await Should.ThrowAsync<TransientFailureException>(() => InsertAsync(server));

        server.Jobs.Count.ShouldBe(8);
    }

    [Fact]
    public async Task A_statement_that_others_keep_in_the_way_of_is_not_blamed_on_the_schema()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = _ =>
            [
                BigQueryServer.Failed(
                    "invalidQuery",
                    "Could not serialize access to table my-project:ai_usage.note due to concurrent update"),
            ];

        var failure = await Should.ThrowAsync<TransientFailureException>(() => InsertAsync(server));

        failure.Message.ShouldContain("Other statements were in the way");
        failure.Message.ShouldNotContain("schema check");
    }

    [Fact]
    public async Task Done_is_not_success()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = _ => [BigQueryServer.Failed("invalidQuery", "Unrecognized name: a")];

        var failure = await Should.ThrowAsync<TransientFailureException>(() => InsertAsync(server));

        failure.Message.ShouldBe(
            "Statement 'a_note' on my-project.ai_usage (europe-west3), job "
                + "my-project:europe-west3.insert-ai_usage-event-1_1: "
            + "Unrecognized name: a (invalidQuery) The tables do not match the service: run `schema check`.");
        server.Jobs.Keys.ShouldBe([First]);
    }

    [Fact]
    public async Task What_failed_before_somebody_mended_it_is_done_under_the_next_number()
    {
        await using var server = await BigQueryServer.StartAsync();
        var mended = false;
        server.StatusOf = id => id == First || !mended
            ? [BigQueryServer.Failed("notFound", "Not found: Table")]
            : [BigQueryServer.Done];
        (await Should.ThrowAsync<TransientFailureException>(() => InsertAsync(server))).Message
            .ShouldContain("schema apply");

        mended = true;
        await InsertAsync(server);
        await InsertAsync(server);

        server.Jobs.Keys.ShouldBe([First, Second]);
    }

    [Fact]
    public async Task Many_at_once_under_one_name_succeed_once()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = id => id == Second
            ? ["""{"state":"PENDING"}""", """{"state":"RUNNING"}""", BigQueryServer.Done]
            : ["""{"state":"RUNNING"}""", """{"state":"RUNNING"}""", BigQueryServer.Failed("backendError", "Later")];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => InsertAsync(server)));

        server.Jobs.Keys.ShouldBe([First, Second]);
    }

    [Fact]
    public async Task The_same_name_in_another_dataset_is_another_insert()
    {
        await using var server = await BigQueryServer.StartAsync();

        await InsertAsync(server);
        await server.Warehouse().ExecuteAsync("ai_usage_dev", "event-1", Note, Token);

        server.Jobs.Keys.ShouldBe([First, "insert-ai_usage_dev-event-1_1"]);
    }

    [Fact]
    public async Task A_name_that_looks_like_the_next_number_of_another_is_its_own()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = id => id == First ? [BigQueryServer.Failed("backendError", "Later")] : [BigQueryServer.Done];

        await InsertAsync(server);
        await server.Warehouse().ExecuteAsync(BigQueryServer.Dataset, "event-1_2", Note, Token);

        server.Jobs.Keys.ShouldBe([First, Second, "insert-ai_usage-event-1_2_1"]);
    }

    [Theory]
    [InlineData(403, "accessDenied", "roles/bigquery.jobUser")]
    [InlineData(401, "authError", "credential")]
    [InlineData(403, "quotaExceeded", "quota")]
    [InlineData(404, "notFound", "schema apply")]
    public async Task A_refusal_says_what_to_do_and_is_not_asked_again(int status, string reason, string told)
    {
        await using var server = await BigQueryServer.StartAsync();
        server.FateOf = request => IsInsert(request) ? Fate.Refused(status, reason, "No.") : null;

        var failure = await Should.ThrowAsync<TransientFailureException>(() => InsertAsync(server));

        failure.Message.ShouldContain(told);
        failure.Message.ShouldContain("a_note");
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_that_is_not_BigQuerys_says_which_address_gave_it()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.FateOf = _ => new Fate(200, "<html>");

        (await Should.ThrowAsync<TransientFailureException>(() => InsertAsync(server))).Message
            .ShouldContain(server.Address);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("plan_run:1")]
    [InlineData("plan_../x")]
    [InlineData("plan_é")]
    [InlineData("")]
    [InlineData("a\n")]
    public Task A_name_that_no_job_can_have_is_refused_for_good(string id) => RefusedAsync(id);

    [Fact]
    public Task A_name_that_is_too_long_for_a_job_is_refused_for_good() =>
        RefusedAsync($"completed_{new string('x', 1_100)}_failed");

    private static async Task RefusedAsync(string id)
    {
        await using var server = await BigQueryServer.StartAsync();

        var rejected = await Should.ThrowAsync<RejectedEventException>(
            () => server.Warehouse().ExecuteAsync(BigQueryServer.Dataset, id, Note, Token));

        rejected.Message.ShouldContain($"of {id.Length} characters");
        server.Requests.ShouldBeEmpty();
    }

    private static Statement Note => new(
        "a_note",
        "-- @a STRING\nINSERT INTO {dataset}.note (a) VALUES (@a)",
        new Dictionary<string, object?> { ["a"] = null });

    private static bool IsInsert(BigQueryRequest request) => request.Line.StartsWith("POST", StringComparison.Ordinal);

    private static Task<bool> InsertAsync(BigQueryServer server) =>
        server.Warehouse().ExecuteAsync(BigQueryServer.Dataset, "event-1", Note, Token);
}
