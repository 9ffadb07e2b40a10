using System.IO.Compression;
using System.Text;
using EventPipeline.Load;

namespace EventPipeline.Tests.Google.BigQuery;

[Collection(nameof(LargeBodies))]
[LargeBody]
public sealed class UploadTests
{
    private const string JobId = "load-ai_usage-cost_versions-load1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_are_appended_by_one_load_job()
    {
        await using var server = await BigQueryServer.StartAsync();

        await LoadAsync(server, ["""{"a":"1"}""", """{"a":"2"}"""]);

        var (id, configuration) = server.Jobs.ShouldHaveSingleItem();
        id.ShouldBe(JobId);
        configuration.GetProperty("labels").GetRawText().ShouldBe("""{"service":"eventpipeline","table":"cost_versions"}""");
        configuration.GetProperty("load").GetRawText().ShouldBe(
            """{"destinationTable":{"projectId":"my-project","datasetId":"ai_usage","tableId":"cost_versions"},"sourceFormat":"NEWLINE_DELIMITED_JSON","writeDisposition":"WRITE_APPEND","createDisposition":"CREATE_NEVER","maxBadRecords":0,"ignoreUnknownValues":false,"autodetect":false}""");
        Unzipped(server).ShouldBe("{\"a\":\"1\"}\n{\"a\":\"2\"}\n");
    }

    [Fact]
    public async Task Rows_are_sent_while_they_still_come_and_the_job_begins_with_the_last()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using var upload = await StartAsync(server);

        await WriteAsync(upload, Large());
        var before = (Puts(server).Count, server.Jobs.Count);
        await upload.LoadAsync(Token);

        before.ShouldBe((2, 0));
        server.Jobs.Keys.ShouldBe([JobId]);
        Unzipped(server).ShouldBe(Text(Large()));
        Puts(server).Select(put => put.ContentRange!.Split('/')[0]).Take(2).ShouldBe(
            ["bytes 0-1048575", "bytes 1048576-2097151"]);
    }

    [Fact]
    public async Task What_the_server_took_only_a_part_of_is_sent_on_from_there()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.Takes = offered => offered > 300_000 ? 256 * 1024 : (offered + 1) / 2;

        await LoadAsync(server, Large());

        Unzipped(server).ShouldBe(Text(Large()));
    }

    [Fact]
    public async Task A_server_that_takes_nothing_for_a_while_is_asked_again()
    {
        await using var server = await BigQueryServer.StartAsync();
        var calls = 0;
        server.Takes = offered => ++calls <= 3 ? 0 : offered;

        await LoadAsync(server, Large());

        Unzipped(server).ShouldBe(Text(Large()));
    }

    [Fact]
    public async Task A_server_that_never_takes_anything_fails_the_attempt()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.Takes = _ => 0;

        var failure = await Should.ThrowAsync<TransientFailureException>(() => LoadAsync(server, Large()));

        failure.Message.ShouldContain("my-project.ai_usage.cost_versions");
        server.Jobs.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_chunk_whose_answer_is_lost_is_not_sent_twice(int which)
    {
        await using var server = await BigQueryServer.StartAsync();
        Nth(server, IsChunk, which, Fate.LostAfter);

        await LoadAsync(server, Large());

        Unzipped(server).ShouldBe(Text(Large()));
        server.Jobs.Keys.ShouldBe([JobId]);
    }

    [Theory]
    [InlineData(1, 503)]
    [InlineData(2, 500)]
    [InlineData(3, 429)]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    public async Task A_chunk_that_was_not_taken_is_sent_again_after_asking_what_arrived(int which, int status)
    {
        await using var server = await BigQueryServer.StartAsync();
        Nth(server, IsChunk, which, status == 0 ? Fate.LostBefore : new Fate(status));

        await LoadAsync(server, Large());

        Unzipped(server).ShouldBe(Text(Large()));
        Puts(server).Count(put => put.ContentRange == "bytes */*").ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_to_the_last_byte_that_stays_lost_is_settled_by_the_job()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.FateOf = request => !request.Line.StartsWith("PUT", StringComparison.Ordinal) ? null
            : server.Jobs.Count == 0 ? Fate.LostAfter : new Fate(503);

        await LoadAsync(server, ["{}"]);

        server.Jobs.Keys.ShouldBe([JobId]);
        server.Lines.Last().ShouldBe($"GET /bigquery/v2/projects/my-project/jobs/{JobId}?location=europe-west3");
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(410, "")]
    [InlineData(503, "")]
    public async Task A_session_that_is_gone_without_a_job_fails_the_attempt(int status, string body)
    {
        await using var server = await BigQueryServer.StartAsync();
        server.FateOf = request => request.Line.StartsWith("PUT", StringComparison.Ordinal)
            ? new Fate(status, body)
            : null;

        var failure = await Should.ThrowAsync<TransientFailureException>(() => LoadAsync(server, ["{}"]));

        failure.Message.ShouldContain(JobId);
        failure.Message.ShouldContain("my-project.ai_usage.cost_versions");
        server.Jobs.ShouldBeEmpty();
        server.Lines.Count(line => line.Contains("uploadType", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_session_that_is_gone_while_rows_still_come_fails_the_attempt()
    {
        await using var server = await BigQueryServer.StartAsync();
        Nth(server, IsChunk, 2, new Fate(410));

        await Should.ThrowAsync<TransientFailureException>(() => LoadAsync(server, Large()));

        server.Jobs.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_last_byte_that_meets_its_own_job_follows_it()
    {
        await using var server = await BigQueryServer.StartAsync();
        Nth(server, request => request.Line.StartsWith("PUT", StringComparison.Ordinal), 1, Fate.LostAfter);
        Nth(
            server,
            request => request.ContentRange == "bytes */*",
            1,
            Fate.Refused(409, "duplicate", "Already Exists: Job x"));

        await LoadAsync(server, ["{}"]);

        server.Jobs.Keys.ShouldBe([JobId]);
    }

    [Fact]
    public async Task A_job_is_followed_to_its_end()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = _ => ["""{"state":"PENDING"}""", """{"state":"RUNNING"}""", BigQueryServer.Failed("invalid", "No such field: a.", "a")];

        await Should.ThrowAsync<RejectedEventException>(() => LoadAsync(server, ["{}"]));
    }

    [Fact]
    public async Task Rows_that_the_table_refuses_are_rejected_with_the_first_errors()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = _ =>
        [
            """
            {"state":"DONE","errorResult":{"reason":"invalid","message":"JSON table encountered too many errors."},
             "errors":[{"reason":"invalid","message":"Could not parse 'many' as BIGNUMERIC","location":"amount_usd"},
                       {"reason":"invalid","message":"No such field: b."},{"reason":"invalid","message":"third"},{"reason":"invalid","message":"fourth"}]}
            """,
        ];

        var rejected = await Should.ThrowAsync<RejectedEventException>(() => LoadAsync(server, ["{}"]));

        rejected.Message.ShouldBe(
            $"my-project.ai_usage.cost_versions refused the rows of job my-project:europe-west3.{JobId}: "
            + "[amount_usd] Could not parse 'many' as BIGNUMERIC No such field: b. third");
        rejected.Cause.ShouldBe(RejectionCause.WarehouseRefused);
        rejected.Hint.ShouldContain("schema check");
    }

    [Theory]
    [InlineData(
        "quotaExceeded",
        "Quota exceeded: Your table exceeded quota for imports or query appends per table.",
        "load_job_per_table.long",
        "the daily quota of 1,500 load jobs")]
    [InlineData(
        "quotaExceeded", "Quota exceeded: Your project exceeded quota for something", "", "a quota is exhausted")]
    [InlineData("rateLimitExceeded", "Exceeded rate limits", "", "Exceeded rate limits")]
    [InlineData("backendError", "Try again", "", "backendError")]
    [InlineData("notFound", "Not found: Table my-project:ai_usage.cost_versions", "", "schema apply")]
    [InlineData("accessDenied", "Access Denied: Dataset", "", "roles/bigquery.dataEditor")]
    public async Task What_may_pass_is_no_fault_of_the_rows(string reason, string message, string location, string told)
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = _ => [BigQueryServer.Failed(reason, message, location)];

        var failure = await Should.ThrowAsync<TransientFailureException>(() => LoadAsync(server, ["{}"]));

        failure.Message.ShouldContain(told);
        failure.IsQuotaExhausted.ShouldBe(location == "load_job_per_table.long");
        failure.Message.ShouldContain("my-project.ai_usage.cost_versions");
        failure.Message.ShouldContain(JobId);
        server.Jobs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_quota_that_refuses_the_last_byte_is_told_the_same()
    {
        await using var server = await BigQueryServer.StartAsync();
        Nth(
            server,
            IsChunk,
            1,
            Fate.Refused(
                403,
                "quotaExceeded",
                "Quota exceeded: Your table exceeded quota for imports or query appends per table."));

        (await Should.ThrowAsync<TransientFailureException>(() => LoadAsync(server, ["{}"]))).Message
            .ShouldContain("the daily quota of 1,500 load jobs");
    }

    [Fact]
    public async Task An_abandoned_upload_leaves_no_job_and_ends_its_session()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using (var upload = await StartAsync(server, TimeProvider.System))
        {
            await WriteAsync(upload, Large());
        }

        server.Lines.Last().ShouldBe("DELETE /upload/sessions/1");
        server.Jobs.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_abandoned_upload_of_a_few_rows_was_never_heard_of()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using (var upload = await StartAsync(server))
        {
            await WriteAsync(upload, ["{}"]);
        }

        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_that_cannot_be_ended_does_not_matter()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.FateOf = request => request.Line.StartsWith("DELETE", StringComparison.Ordinal) ? Fate.LostBefore : null;
        var upload = await StartAsync(server, TimeProvider.System);
        await WriteAsync(upload, Large());

        await Should.NotThrowAsync(async () => await upload.DisposeAsync());
    }

    [Fact]
    public async Task A_loaded_upload_ends_no_session()
    {
        await using var server = await BigQueryServer.StartAsync();

        await LoadAsync(server, Large());

        server.Lines.ShouldAllBe(line => !line.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_to_load_is_no_job()
    {
        await using var server = await BigQueryServer.StartAsync();

        await LoadAsync(server, []);

        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancelled_load_stops()
    {
        await using var server = await BigQueryServer.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        server.StatusOf = _ => ["""{"state":"RUNNING"}"""];
        server.FateOf = request =>
        {
            if (request.Line.StartsWith("GET", StringComparison.Ordinal))
            {
                stop.Cancel();
            }

            return null;
        };
        await using var upload = await StartAsync(server);
        await WriteAsync(upload, ["{}"]);

        await Should.ThrowAsync<OperationCanceledException>(() => upload.LoadAsync(stop.Token));
    }

    private static void Nth(BigQueryServer server, Func<BigQueryRequest, bool> which, int number, Fate fate)
    {
        var (seen, others) = (0, server.FateOf);
        server.FateOf = request => which(request) && Interlocked.Increment(ref seen) == number ? fate : others(request);
    }

    private static bool IsChunk(BigQueryRequest request) =>
        request.Line.StartsWith("PUT", StringComparison.Ordinal) && request.Body.Length > 0;

    [Fact]
    public async Task Parts_that_are_left_out_are_not_sent_and_the_rest_is_one_text()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using var upload = await StartAsync(server);
        foreach (var (part, row) in new[] { (1, "a"), (2, "b"), (1, "c"), (3, "d"), (2, "e") })
        {
            upload.Begin(part);
            await WriteAsync(upload, [$$"""{"a":"{{row}}"}"""]);
        }

        upload.LeaveOut(2);
        await upload.LoadAsync(Token);

        Unzipped(server).ShouldBe("{\"a\":\"a\"}\n{\"a\":\"c\"}\n{\"a\":\"d\"}\n");
    }

    [Fact]
    public async Task A_part_that_was_too_much_to_hold_is_sent_although_it_is_left_out()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using var upload = await StartAsync(server);
        await WriteAsync(upload, Large());
        upload.Begin(1);
        await WriteAsync(upload, ["{}"]);

        upload.LeaveOut(0);
        await upload.LoadAsync(Token);

        var sent = Unzipped(server);
        sent.ShouldEndWith("\n{}\n");
        Text(Large()).ShouldStartWith(sent[..^3]);
        sent.Length.ShouldBeLessThan(Text(Large()).Length);
    }

    [Fact]
    public async Task Nothing_is_asked_for_where_every_part_is_left_out()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using var upload = await StartAsync(server);
        await WriteAsync(upload, ["{}"]);

        upload.LeaveOut(0);
        await upload.LoadAsync(Token);

        server.Requests.ShouldBeEmpty();
    }

    private static List<BigQueryRequest> Puts(BigQueryServer server) =>
        [.. server.Requests.Where(request => request.Line.StartsWith("PUT", StringComparison.Ordinal))];

    /// <summary>Rows that take a little more than two chunks beyond what is held, compressed.</summary>
    private static IEnumerable<string> Large()
    {
        var random = new Random(1);
        var bytes = new byte[750];
        for (var i = 0; i < 6_900; i++)
        {
            random.NextBytes(bytes);
            yield return $$"""{"a":"{{Convert.ToBase64String(bytes)}}"}""";
        }
    }

    private static string Text(IEnumerable<string> rows) => string.Concat(rows.Select(row => $"{row}\n"));

    private static string Unzipped(BigQueryServer server)
    {
        using var reader = new StreamReader(
            new GZipStream(new MemoryStream(server.Uploaded), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static Task<IUpload> StartAsync(BigQueryServer server, TimeProvider? clock = null) =>
        server.Warehouse(clock).StartUploadAsync(BigQueryServer.Dataset, "cost_versions", "load1", Token);

    private static async Task WriteAsync(IUpload upload, IEnumerable<string> rows)
    {
        foreach (var row in rows)
        {
            await upload.WriteAsync(Encoding.UTF8.GetBytes(row), Token);
        }
    }

    private static async Task LoadAsync(BigQueryServer server, IEnumerable<string> rows)
    {
        await using var upload = await StartAsync(server);
        await WriteAsync(upload, rows);
        await upload.LoadAsync(Token);
    }
}
