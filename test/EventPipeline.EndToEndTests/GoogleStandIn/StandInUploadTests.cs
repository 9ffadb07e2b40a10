using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace EventPipeline.EndToEndTests;

/// <summary>The resumable protocol of https://docs.cloud.google.com/bigquery/docs/reference/api-uploads.</summary>
public sealed class StandInUploadTests : StandInTest
{
    private const int Grain = 256 * 1024;

    [Fact]
    public async Task Chunks_are_stored_reported_and_become_a_job_with_the_last()
    {
        await BigQuery.CreateTableAsync();
        var file = Rows(Grain + 1_000);
        var session = await BigQuery.StartUploadAsync("a");

        var asked = await BigQuery.PutAsync(session, default, "bytes */*");
        ((int)asked.Status, asked.Range).ShouldBe((308, null));
        var first = await BigQuery.PutAsync(session, file.AsMemory(0, Grain), $"bytes 0-{Grain - 1}/*");
        ((int)first.Status, first.Range).ShouldBe((308, $"bytes=0-{Grain - 1}"));
        (await BigQuery.GetJobAsync("a")).Status.ShouldBe(HttpStatusCode.NotFound);

        // A chunk that was acknowledged, sent again with what follows it.
        var last = await BigQuery.PutAsync(session, file, $"bytes 0-{file.Length - 1}/{file.Length}");
        last.Status.ShouldBe(HttpStatusCode.OK);
        ((string?)last.Body["jobReference"]!["jobId"]).ShouldBe("a");
        ((string?)(await BigQuery.DoneAsync("a"))["statistics"]!["load"]!["outputRows"]).ShouldBe(Lines(file));

        (await BigQuery.PutAsync(session, default, "bytes */*")).Status
            .ShouldBe(HttpStatusCode.OK, "the last answer may have been lost");
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe(Lines(file));
    }

    [Fact]
    public async Task A_chunk_of_an_odd_size_and_a_gap_are_refused()
    {
        await BigQuery.CreateTableAsync();
        var session = await BigQuery.StartUploadAsync("a");

        (await BigQuery.PutAsync(session, new byte[10], "bytes 0-9/*")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await BigQuery.PutAsync(session, new byte[Grain], $"bytes {Grain}-{(2 * Grain) - 1}/*")).Status
            .ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await BigQuery.PutAsync(session, default, "bytes */*")).Range.ShouldBeNull();
    }

    [Fact]
    public async Task A_session_survives_a_kill_and_ends_with_its_whole_size()
    {
        await BigQuery.CreateTableAsync();
        var file = Pad(Rows(Grain + 1), 2 * Grain);
        var session = await BigQuery.StartUploadAsync("a");
        await BigQuery.PutAsync(session, file.AsMemory(0, Grain), $"bytes 0-{Grain - 1}/*");

        await StandIn.KillAsync();
        await StandIn.StartAsync();

        (await BigQuery.PutAsync(session, default, "bytes */*")).Range.ShouldBe($"bytes=0-{Grain - 1}");
        await BigQuery.PutAsync(session, file.AsMemory(Grain), $"bytes {Grain}-{file.Length - 1}/*");
        (await BigQuery.PutAsync(session, default, $"bytes */{file.Length}")).Status.ShouldBe(HttpStatusCode.OK);
        ((string?)(await BigQuery.DoneAsync("a"))["statistics"]!["load"]!["outputRows"]).ShouldBe(Lines(file));
    }

    [Fact]
    public async Task A_cancelled_session_takes_nothing_more()
    {
        await BigQuery.CreateTableAsync();
        var session = await BigQuery.StartUploadAsync("a");

        ((int)(await BigQuery.CancelAsync(session)).Status).ShouldBe(499);
        ((int)(await BigQuery.PutAsync(session, Rows(10), "bytes 0-9/10")).Status).ShouldBe(499);
        (await BigQuery.GetJobAsync("a")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_packed_file_is_unpacked_whatever_it_is_called()
    {
        await BigQuery.CreateTableAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Rows(1_000), TestContext.Current.CancellationToken);
        }

        var session = await BigQuery.StartUploadAsync("a");
        await BigQuery.PutAsync(session, packed.ToArray(), $"bytes 0-{packed.Length - 1}/{packed.Length}");

        ((string?)(await BigQuery.DoneAsync("a"))["statistics"]!["load"]!["outputRows"]).ShouldBe(Lines(Rows(1_000)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(500)]
    public async Task A_packed_file_that_breaks_off_is_refused_and_nothing_of_it_is_loaded(int missing)
    {
        await BigQuery.CreateTableAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Rows(100_000), TestContext.Current.CancellationToken);
        }

        var file = packed.ToArray().AsMemory(0, (int)packed.Length - missing);
        var session = await BigQuery.StartUploadAsync("a");
        await BigQuery.PutAsync(session, file, $"bytes 0-{file.Length - 1}/{file.Length}");

        ((string?)(await BigQuery.DoneAsync("a"))["status"]!["errorResult"]?["reason"]).ShouldBe("invalid");
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe("0");
    }

    [Fact]
    public async Task What_does_not_fit_the_schema_is_told_row_by_row_and_nothing_is_loaded()
    {
        await BigQuery.CreateTableAsync();
        string[] rows =
        [
            """{"id":"1","money":"0.5"}""",
            """{"id":2,"nme":"x"}""",
            """{"name":"x"}""",
            """{"id":null}""",
            """{"id":3,"quantity":"123456789012345678901234567890.5"}""",
            """{"id":4,"at":"2026-11-01T00:00:00.1234567Z"}""",
        ];

        var job = await BigQuery.LoadAsync("a", string.Join('\n', rows));

        ((string?)job["status"]!["errorResult"]!["reason"]).ShouldBe("invalid");
        var messages = string.Join(
            '\n', ((JsonArray)job["status"]!["errors"]!).Select(error => (string?)error!["message"]));
        messages.ShouldContain("row starting at position 25: No such field: nme.");
        messages.ShouldContain("Missing required field: id.");
        messages.ShouldContain("Only optional fields can be set to NULL. Field: id; Value: NULL");
        messages.ShouldContain("Invalid NUMERIC value: 123456789012345678901234567890.5");
        messages.ShouldContain(
            "Could not parse '2026-11-01T00:00:00.1234567Z' as a timestamp",
            Case.Sensitive,
            "BigQuery keeps microseconds");
        (await BigQuery.ValueAsync("SELECT COUNT(*) FROM d.t")).ShouldBe("0");
    }

    [Fact]
    public async Task Decimals_are_exact_and_rounded_half_away_from_zero()
    {
        await BigQuery.CreateTableAsync();

        await BigQuery.LoadAsync("a", """
            {"id":1,"money":"-12345678901234567890.123456789012345678","quantity":"0.0000000005"}
            {"id":2,"money":0.1,"quantity":"-0.0000000005"}
            """);

        (await StandIn.QueryAsync("SELECT money, quantity FROM t ORDER BY id", "d"))
            .Select(row => row.ToJsonString())
            .ShouldBe(
        [
            """["-12345678901234567890.123456789012345678","0.000000001"]""", """["0.100000000000000000","-0.000000001"]""",
        ]);
    }

    [Fact]
    public async Task A_table_that_is_not_there_fails_the_load()
    {
        await BigQuery.CreateTableAsync();

        var job = await BigQuery.LoadAsync("a", """{"id":1}""", table: "absent");

        ((string?)job["status"]!["errorResult"]!["reason"]).ShouldBe("notFound");
        ((string?)job["status"]!["errorResult"]!["message"]).ShouldBe("Not found: Table p-1:d.absent");
    }

    private static byte[] Rows(int bytes)
    {
        var rows = new StringBuilder();
        for (var i = 0; rows.Length < bytes; i++)
        {
            rows.Append(System.Globalization.CultureInfo.InvariantCulture, $"{{\"id\":{i},\"name\":\"name {i}\"}}\n");
        }

        return Encoding.UTF8.GetBytes(rows.ToString());
    }

    private static byte[] Pad(byte[] file, int size) => [.. file, .. Enumerable.Repeat((byte)'\n', size - file.Length)];

    private static string Lines(byte[] file) =>
        Encoding.UTF8.GetString(file)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ToString(
                System.Globalization.CultureInfo.InvariantCulture);
}
