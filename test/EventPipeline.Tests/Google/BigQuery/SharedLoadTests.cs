using System.IO.Compression;
using System.Text;
using EventPipeline.Load;

namespace EventPipeline.Tests.Google.BigQuery;

/// <summary>Several uploads of one table in one load job.</summary>
public sealed class SharedLoadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_several_hold_is_one_file_and_one_job()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using var first = await StartAsync(server, "load1", "a", "b");
        await using var second = await StartAsync(server, "load2", "c");
        await using var third = await StartAsync(server, "load3", "d");

        await Task.WhenAll(server.Warehouse().LoadTogether([first, second, third], Token));

        var (id, configuration) = server.Jobs.ShouldHaveSingleItem();
        id.ShouldStartWith("load-ai_usage-cost_versions-shared-");
        configuration.GetProperty("load").GetProperty("destinationTable").GetProperty("tableId").GetString()
            .ShouldBe("cost_versions");
        Unzipped(server).ShouldBe(Lines("a", "b", "c", "d"));
    }

    [Fact]
    public async Task Parts_that_one_has_left_out_stay_out()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using var first = await StartAsync(server, "load1", "a");
        first.Begin(1);
        await WriteAsync(first, "b");
        first.LeaveOut(0);
        await using var second = await StartAsync(server, "load2", "c");

        await Task.WhenAll(server.Warehouse().LoadTogether([first, second], Token));

        Unzipped(server).ShouldBe(Lines("b", "c"));
    }

    [Fact]
    public async Task One_alone_has_the_job_that_it_would_have_had()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using var upload = await StartAsync(server, "load1", "a");

        await Task.WhenAll(server.Warehouse().LoadTogether([upload], Token));

        server.Jobs.Keys.ShouldBe(["load-ai_usage-cost_versions-load1"]);
    }

    [Fact]
    public async Task The_same_uploads_have_the_same_job_and_others_another()
    {
        await using var server = await BigQueryServer.StartAsync();
        foreach (var ids in new[] { ("load1", "load2"), ("load3", "load4") })
        {
            await using var first = await StartAsync(server, ids.Item1, "a");
            await using var second = await StartAsync(server, ids.Item2, "b");
            await Task.WhenAll(server.Warehouse().LoadTogether([first, second], Token));
        }

        server.Jobs.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_those_whose_rows_the_table_refuses_each_is_tried_alone()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = id => id.EndsWith("load2", StringComparison.Ordinal) || id.Contains("shared")
            ? [BigQueryServer.Failed("invalid", "No such field: b.")]
            : [BigQueryServer.Done];
        await using var first = await StartAsync(server, "load1", "a");
        await using var second = await StartAsync(server, "load2", "b");

        var loads = server.Warehouse().LoadTogether([first, second], Token);

        await loads[0];
        (await Should.ThrowAsync<RejectedEventException>(loads[1])).Message.ShouldContain("No such field: b.");
        server.Jobs.Keys.Skip(1).Order().ShouldBe(
            ["load-ai_usage-cost_versions-load1", "load-ai_usage-cost_versions-load2"]);
    }

    [Fact]
    public async Task A_quota_that_is_used_up_is_so_for_all_and_takes_one_job()
    {
        await using var server = await BigQueryServer.StartAsync();
        server.StatusOf = _ => [BigQueryServer.Failed(
            "quotaExceeded", "Quota exceeded: Your table exceeded quota for imports.", "load_job_per_table.long")];
        await using var first = await StartAsync(server, "load1", "a");
        await using var second = await StartAsync(server, "load2", "b");

        foreach (var load in server.Warehouse().LoadTogether([first, second], Token))
        {
            (await Should.ThrowAsync<TransientFailureException>(load)).IsQuotaExhausted.ShouldBeTrue();
        }

        server.Jobs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_being_sent_already_has_a_job_of_its_own()
    {
        await using var server = await BigQueryServer.StartAsync();
        await using var large = await StartAsync(server, "load1");
        var bytes = new byte[750];
        for (var row = 0; row < 6_900; row++)
        {
            Random.Shared.NextBytes(bytes);
            await WriteAsync(large, Convert.ToBase64String(bytes));
        }

        await using var first = await StartAsync(server, "load2", "a");
        await using var second = await StartAsync(server, "load3", "b");

        await Task.WhenAll(server.Warehouse().LoadTogether([first, large, second], Token));

        server.Jobs.Count.ShouldBe(2);
        server.Jobs.Keys.ShouldContain("load-ai_usage-cost_versions-load1");
    }

    private static async Task<IUpload> StartAsync(BigQueryServer server, string loadId, params string[] rows)
    {
        var upload = await server.Warehouse().StartUploadAsync(BigQueryServer.Dataset, "cost_versions", loadId, Token);
        await WriteAsync(upload, rows);
        return upload;
    }

    private static async Task WriteAsync(IUpload upload, params string[] rows)
    {
        foreach (var row in rows)
        {
            await upload.WriteAsync(Encoding.UTF8.GetBytes($$"""{"a":"{{row}}"}"""), Token);
        }
    }

    private static string Lines(params string[] rows) =>
        string.Concat(rows.Select(row => $$"""{"a":"{{row}}"}""" + "\n"));

    private static string Unzipped(BigQueryServer server)
    {
        using var reader = new StreamReader(
            new GZipStream(new MemoryStream(server.Uploaded), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
