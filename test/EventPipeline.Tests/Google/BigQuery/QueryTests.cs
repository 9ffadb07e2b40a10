using System.Text.Json;
using EventPipeline.Google.BigQuery;
using EventPipeline.Load;

namespace EventPipeline.Tests.Google.BigQuery;

public sealed class QueryTests
{
    private const string Job = """ "jobReference":{"projectId":"my-project","jobId":"job_1","location":"europe-west3"} """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_statement_is_asked_with_its_values_and_their_types()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.Answers.Enqueue(Page("", "", null));

        await server.Warehouse().QueryAsync(
            BigQueryServer.Dataset,
            Statement.Create(
                "slices",
                ("vendor", "o'x"),
                ("account", null),
                ("report", null),
                ("from", new DateOnly(2026, 11, 2)),
                ("to", null),
                ("limit", 5L)),
            Token);

        var query = server.Requests.Single().Json;
        query.GetProperty("queryParameters").GetRawText().ShouldBe(
            """[{"name":"vendor","parameterType":{"type":"STRING"},"parameterValue":{"value":"o'x"}},"""
            + """{"name":"account","parameterType":{"type":"STRING"},"parameterValue":{"value":null}},"""
            + """{"name":"report","parameterType":{"type":"STRING"},"parameterValue":{"value":null}},"""
            + """{"name":"from","parameterType":{"type":"DATE"},"parameterValue":{"value":"2026-11-02"}},"""
            + """{"name":"to","parameterType":{"type":"DATE"},"parameterValue":{"value":null}},"""
            + """{"name":"limit","parameterType":{"type":"INT64"},"parameterValue":{"value":"5"}}]""");
        query.GetProperty("query").GetString()!.ShouldContain("FROM `my-project`.ai_usage.current_slices");
        query.GetProperty("useLegacySql").GetBoolean().ShouldBeFalse();
        query.GetProperty("parameterMode").GetString().ShouldBe("NAMED");
        query.GetProperty("location").GetString().ShouldBe("europe-west3");
        query.GetProperty("maximumBytesBilled").GetString().ShouldBe("1000000");
        query.GetProperty("formatOptions").GetProperty("useInt64Timestamp").GetBoolean().ShouldBeTrue();
        query.GetProperty("labels").GetRawText().ShouldBe("""{"service":"eventpipeline","statement":"slices"}""");
    }

    [Fact]
    public void Every_row_of_an_insert_has_typed_values()
    {
        var row = new Dictionary<string, object?>
        {
            ["read_began"] = new DateTimeOffset(2026, 11, 23, 7, 0, 0, TimeSpan.FromHours(1)).AddTicks(1_234_567),
            ["amount_usd"] = 0.000000000000000001m,
            ["message_id"] = null,
        };

        var parameters = QueryParameters.FromStatement(Statement.Insert("insert_slice_versions", [row, row]));

        parameters.Select(p => (p.Name, p.ParameterType.Type, p.ParameterValue.Value)).ShouldBe(
        [
            ("read_began_0", "TIMESTAMP", "2026-11-23 06:00:00.123456+00:00"),
            ("amount_usd_0", "BIGNUMERIC", "0.000000000000000001"),
            ("message_id_0", "STRING", null),
            ("read_began_1", "TIMESTAMP", "2026-11-23 06:00:00.123456+00:00"),
            ("amount_usd_1", "BIGNUMERIC", "0.000000000000000001"),
            ("message_id_1", "STRING", null),
        ]);
    }

    [Fact]
    public void Every_statement_declares_the_types_of_its_values()
    {
        foreach (var file in Statement.Files("statements"))
        {
            var text = Statement.Text(file);
            var body = string.Join(
                '\n', text.Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal)));
            var names = System.Text.RegularExpressions.Regex.Matches(body, @"(?<![\w@])@([a-z][a-z0-9_]*)")
                .Select(match => match.Groups[1].Value)
                .Distinct();

            Should.NotThrow(
                () =>
                    QueryParameters.FromStatement(
                        new Statement(file, text, names.ToDictionary(name => name, _ => (object?)null))));
        }
    }

    [Fact]
    public async Task Values_arrive_exactly()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.Answers.Enqueue(Page(
            """
            {"name":"s","type":"STRING"},{"name":"j","type":"JSON"},{"name":"i","type":"INTEGER"},{"name":"n","type":"NUMERIC"},{"name":"b","type":"BIGNUMERIC"},
            {"name":"f","type":"BOOLEAN"},{"name":"d","type":"DATE"},{"name":"t","type":"TIMESTAMP"},{"name":"nothing","type":"INTEGER"}
            """,
            """
            {"f":[{"v":"a"},{"v":"{\"x\":1}"},{"v":"9223372036854775807"},{"v":"-0.000000001"},{"v":"12345678901234567890.12345678"},
            {"v":"true"},{"v":"2026-11-22"},{"v":"1795503600123456"},{"v":null}]}
            """,
            null));

        var row = (await AskAsync(server)).ShouldHaveSingleItem();

        row.Values.Values.ShouldBe(
        [
            "a", """{"x":1}""", long.MaxValue, -0.000000001m, 12345678901234567890.12345678m, true, new DateOnly(2026, 11, 22),
            new DateTimeOffset(2026, 11, 24, 7, 0, 0, TimeSpan.Zero).AddTicks(1_234_560), null,
        ]);
        row.Timestamp("t").Offset.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("12345678901234567890.123456789012345678", false)]
    [InlineData("0.00000000000000000000000000001", false)]
    [InlineData("79228162514264337593543950336", false)]
    [InlineData("79228162514264337593543950335", true)]
    [InlineData("-7.9228162514264337593543950335", true)]
    [InlineData("1.500000000000000000000000000000000000", true)]
    [InlineData("-0.00", true)]
    [InlineData("100", true)]
    public async Task A_decimal_is_read_exactly_or_not_at_all(string text, bool fits)
    {
        await using var server = await BigQueryServer.StartAsync();
        server.Answers.Enqueue(Page("""{"name":"b","type":"BIGNUMERIC"}""", $$"""{"f":[{"v":"{{text}}"}]}""", null));

        if (fits)
        {
            (await AskAsync(server))
                .Single()
                .Exact("b")
                .ShouldBe(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            (await Should.ThrowAsync<TransientFailureException>(() => AskAsync(server))).Message.ShouldContain(text);
        }
    }

    [Fact]
    public async Task A_column_of_a_type_that_rows_do_not_hold_is_named()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.Answers.Enqueue(Page("""{"name":"x","type":"FLOAT"}""", """{"f":[{"v":"1.5"}]}""", null));

        (await Should.ThrowAsync<TransientFailureException>(() => AskAsync(server))).Message.ShouldContain("'x'");
    }

    [Fact]
    public async Task Every_page_is_read()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.Answers.Enqueue(Page("""{"name":"i","type":"INTEGER"}""", """{"f":[{"v":"1"}]},{"f":[{"v":"2"}]}""", "to=ken"));
        server.Answers.Enqueue(Page("""{"name":"i","type":"INTEGER"}""", """{"f":[{"v":"3"}]}""", "last"));
        server.Answers.Enqueue(Page("""{"name":"i","type":"INTEGER"}""", "", null));

        (await AskAsync(server)).Select(row => row.GetInt64("i")).ShouldBe([1, 2, 3]);

        server.Lines.Skip(1).ShouldBe(
        [
            "GET "
                + "/bigquery/v2/projects/my-project/queries/job_1?location=europe-west3&timeoutMs=10000"
                + "&formatOptions.useInt64Timestamp=true&pageToken=to%3Dken",
            "GET "
                + "/bigquery/v2/projects/my-project/queries/job_1?location=europe-west3&timeoutMs=10000"
                + "&formatOptions.useInt64Timestamp=true&pageToken=last",
        ]);
    }

    [Fact]
    public async Task A_query_that_takes_its_time_is_waited_for()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.Answers.Enqueue($$"""{"jobComplete":false,{{Job}}}""");
        server.Answers.Enqueue($$"""{"jobComplete":false,{{Job}}}""");
        server.Answers.Enqueue(Page("""{"name":"i","type":"INTEGER"}""", """{"f":[{"v":"1"}]}""", "more"));
        server.Answers.Enqueue(Page("""{"name":"i","type":"INTEGER"}""", """{"f":[{"v":"2"}]}""", null));

        (await AskAsync(server)).Select(row => row.GetInt64("i")).ShouldBe([1, 2]);
    }

    [Theory]
    [InlineData(503, "backendError")]
    [InlineData(403, "rateLimitExceeded")]
    [InlineData(400, "jobBackendError")]
    [InlineData(400, "jobRateLimitExceeded")]
    [InlineData(0, "")]
    public async Task A_query_is_asked_again(int status, string reason)
    {
        await using var server = await BigQueryServer.StartAsync();
        server.Answers.Enqueue(Page("""{"name":"i","type":"INTEGER"}""", """{"f":[{"v":"1"}]}""", null));
        var asked = 0;
        server.FateOf = _ => ++asked > 2 ? null : status == 0 ? Fate.LostBefore : Fate.Refused(status, reason, "Later");

        (await AskAsync(server)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(400, "invalidQuery", "Unrecognized name: vendor at [1:2]", "schema check")]
    [InlineData(
        400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed", "BigQuery__MaximumBytesBilled")]
    [InlineData(403, "accessDenied", "Access Denied: Project my-project", "roles/bigquery.jobUser")]
    [InlineData(404, "notFound", "Not found: Table", "schema apply")]
    [InlineData(401, "authError", "Invalid Credentials", "credential")]
    public async Task A_refusal_says_what_to_do(int status, string reason, string message, string told)
    {
        await using var server = await BigQueryServer.StartAsync();
        server.FateOf = _ => Fate.Refused(status, reason, message);

        var failure = await Should.ThrowAsync<TransientFailureException>(() => AskAsync(server));

        failure.Message.ShouldStartWith($"Statement 'ping' on my-project.ai_usage (europe-west3): {message}");
        failure.Message.ShouldContain(told);
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_there_is_a_transient_failure_that_tells_the_address()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var host = taken.LocalEndpoint.ToString();
        taken.Stop();
        await using var services = BigQueryServer.Services(
            new Service.HurriedTime(), ("BIGQUERY_EMULATOR_HOST", host), ("GOOGLE_CLOUD_PROJECT", "my-project"));
        var warehouse = (IWarehouse)services.GetService(typeof(IWarehouse))!;

        var failure = await Should.ThrowAsync<TransientFailureException>(
            () => warehouse.QueryAsync("d", Statement.Create("ping"), Token));

        failure.Message.ShouldContain($"http://{host}/");
    }

    [Fact]
    public async Task A_table_is_described_or_known_to_be_missing()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.FateOf = request => request.Line switch
        {
            "GET /bigquery/v2/projects/my-project/datasets/ai_usage/tables/usage" => new Fate(200, """
                {"tableReference":{"projectId":"my-project","datasetId":"ai_usage","tableId":"usage"},"type":"TABLE","numRows":"5",
                 "schema":{"fields":[{"name":"amount","type":"BIGNUMERIC","mode":"REQUIRED","precision":"38","scale":"18","description":"Money."}]},
                 "timePartitioning":{"type":"DAY","field":"usage_date","expirationMs":"1000"},"clustering":{"fields":["vendor"]}}
                """),
            _ => Fate.Refused(404, "notFound", "Not found: Table"),
        };
        var client = server.Get<BigQueryClient>();

        var table = (await client.GetTableAsync("ai_usage", "usage", Token)).ShouldNotBeNull();

        table.Schema!.Fields!.Single().ShouldBe(
            new TableFieldSchema("amount", "BIGNUMERIC")
            {
                Mode = "REQUIRED",
                Precision = 38,
                Scale = 18,
                Description = "Money.",
            });
        table.TimePartitioning.ShouldBe(new TimePartitioning("DAY", "usage_date") { ExpirationMs = 1000 });
        table.Clustering!.Fields.ShouldBe(["vendor"]);
        (await client.GetTableAsync("ai_usage", "other", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_statement_that_changes_the_schema_is_a_job_followed_to_its_end()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = id => id == "schema-1" ? ["""{"state":"PENDING"}""", BigQueryServer.Done] : [BigQueryServer.Failed("invalidQuery", "Syntax error")];
        var labels = new Dictionary<string, string> { ["service"] = "eventpipeline" };

        await server.Get<BigQueryJobs>().RunAsync("schema-1", "CREATE TABLE x (a STRING)", labels, Token);
        var failure = await Should.ThrowAsync<BigQueryException>(
            () => server.Get<BigQueryJobs>().RunAsync("schema-2", "CREATE", labels, Token));

        failure.Error.Reason.ShouldBe("invalidQuery");
        server.Jobs["schema-1"].GetProperty("query").GetRawText().ShouldBe("""{"query":"CREATE TABLE x (a STRING)","useLegacySql":false}""");
    }

    private static string Page(string fields, string rows, string? next) =>
        $$"""{"jobComplete":true,{{Job}},"totalRows":"1","schema":{"fields":[{{fields}}]},"rows":[{{rows}}]{{(next is null ? "" : $",\"pageToken\":{JsonSerializer.Serialize(next)}")}}}""";

    private static Task<IReadOnlyList<Row>> AskAsync(BigQueryServer server) =>
        server.Warehouse().QueryAsync(BigQueryServer.Dataset, Statement.Create("ping"), Token);
}
