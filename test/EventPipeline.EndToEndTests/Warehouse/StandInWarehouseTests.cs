using System.CommandLine;
using System.Globalization;
using System.Text;
using EventPipeline.Commands;
using EventPipeline.Google.Schema;
using EventPipeline.Load;

namespace EventPipeline.EndToEndTests.Warehouse;

/// <summary>
/// The contract, kept by our stand-in, and what the emulator of <see cref="EmulatorWarehouse"/> cannot do: packed
/// uploads, job ids that are taken (409), NOT NULL and partitions of a table that a statement made, an empty text or a
/// null flag as a parameter, QUALIFY.
/// </summary>
public sealed class StandInWarehouseTests(
    StandInWarehouse server) : WarehouseContract(server), IClassFixture<StandInWarehouse>
{
    private readonly StandInWarehouse server = server;

    [Fact]
    public async Task The_schema_that_was_applied_is_the_expected_one()
    {
        using var said = new StringWriter();

        var isAsExpected = await new SchemaCheck(said)
            .ExecuteAsync(server.Schema, WarehouseServer.Dataset, TestContext.Current.CancellationToken);

        isAsExpected.ShouldBeTrue(said.ToString());
    }

    [Fact]
    public async Task Every_table_every_view_and_every_column_has_its_description()
    {
        var expected = ExpectedSchema.Read();
        foreach (var (name, description, columns) in expected.Tables
            .Select(table => (table.Name, table.Description, table.Columns.Select(one => (one.Name, one.Description))))
            .Concat(expected.Views.Select(view => (
                view.Name,
                (string?)view.Description,
                view.Columns.Select(one => (one.Name, (string?)one.Description))))))
        {
            var stored = await server.Client.GetTableAsync(
                WarehouseServer.Dataset, name, TestContext.Current.CancellationToken);

            stored!.Description.ShouldBe(description, name);
            stored.Schema!.Fields!.Select(field => (field.Name, field.Description)).ShouldBe(columns, name);
        }
    }

    [Fact]
    public async Task An_earlier_dataset_refuses_queries_of_all_days_from_the_next_apply_on()
    {
        var everything = new Statement(
            "everything", "SELECT SUM(amount_usd) AS usd FROM {dataset}.daily_cost", new Dictionary<string, object?>());
        await server.Schema.ApplyAsync(
            $"ALTER TABLE {WarehouseServer.Dataset}.cost_versions SET OPTIONS (require_partition_filter = FALSE);",
            TestContext.Current.CancellationToken);
        (await QueryAsync(everything)).Count.ShouldBe(1);

        using var said = new StringWriter();
        var applied = await new SchemaApply(new InvocationConfiguration { Output = said, Error = said })
            .ExecuteAsync(server.Schema, WarehouseServer.Dataset, TestContext.Current.CancellationToken);

        applied.ShouldBeTrue(said.ToString());
        said.ToString().ShouldStartWith($"protected table {WarehouseServer.Dataset}.cost_versions");
        (await Should.ThrowAsync<TransientFailureException>(() => QueryAsync(everything))).Message.ShouldContain(
            "without a filter over column(s) 'usage_date' that can be used for partition elimination");
    }

    [Fact]
    public Task An_empty_text_is_no_null() => ShouldComeBackAsync("STRING", "");

    [Fact]
    public Task A_flag_that_is_null_is_null() => ShouldComeBackAsync("BOOL", null);

    [Fact]
    public async Task A_statement_happens_once_under_its_id()
    {
        await CommitAsync("once", "once", DateTimeOffset.UnixEpoch, "digest", 1m);
        await CommitAsync("once", "once", DateTimeOffset.UnixEpoch, "digest", 1m);

        (await CountAsync("slice_versions", "once")).ShouldBe(1);
    }

    [Fact]
    public async Task Rows_are_there_when_their_load_has_ended_and_not_before()
    {
        await using var upload = await UploadAsync("whole", "0.1", "0.000000000000000001");
        (await CountAsync("cost_versions", "whole")).ShouldBe(0);

        await upload.LoadAsync(TestContext.Current.CancellationToken);

        (await CountAsync("cost_versions", "whole")).ShouldBe(2);
    }

    [Fact]
    public async Task An_abandoned_upload_leaves_nothing()
    {
        await using (await UploadAsync("abandoned", "1"))
        {
        }

        (await CountAsync("cost_versions", "abandoned")).ShouldBe(0);
    }

    [Fact]
    public async Task A_load_happens_once_under_its_id()
    {
        for (var i = 0; i < 2; i++)
        {
            await using var upload = await UploadAsync("twice", "1");
            await upload.LoadAsync(TestContext.Current.CancellationToken);
        }

        (await CountAsync("cost_versions", "twice")).ShouldBe(1);
    }

    [Fact]
    public async Task The_views_show_the_newest_committed_read_of_a_day()
    {
        foreach (var (loadId, amounts) in new (string, string[])[]
        {
            ("shown-1", ["5"]), ("shown-2", ["0.1", "0.000000000000000001"]), ("shown-3", ["7"]),
        })
        {
            await using var upload = await UploadAsync(loadId, amounts);
            await upload.LoadAsync(TestContext.Current.CancellationToken);
        }

        await CommitAsync("shown-2", "shown", DateTimeOffset.UnixEpoch.AddMicroseconds(1), "new", 0.1m);
        // it comes later, and is older; the third never comes
        await CommitAsync("shown-1", "shown", DateTimeOffset.UnixEpoch, "old", 5m);

        var day = (await QueryAsync(new Statement(
            "shown",
            """
            SELECT usage_date, amount_usd FROM {dataset}.daily_cost
            WHERE usage_date = DATE '2026-03-01' AND vendor = 'shown'
            """,
            new Dictionary<string, object?>()))).ShouldHaveSingleItem();
        day.Exact("amount_usd").ShouldBe(0.100000000000000001m);
    }

    private async Task<long> CountAsync(string table, string loadId) => (await QueryAsync(new Statement(
        "count",
        $"""
        SELECT COUNT(*) AS found FROM {"{dataset}"}.{table}
        WHERE usage_date = DATE '2026-03-01' AND load_id = @load_id
        """,
        new Dictionary<string, object?> { ["load_id"] = loadId }))).ShouldHaveSingleItem().GetInt64("found");

    /// <summary>Rows of 2026-03-01 on their way; the vendor is the load's id without its number.</summary>
    private async Task<IUpload> UploadAsync(string loadId, params string[] amounts)
    {
        var upload = await Warehouse.StartUploadAsync(
            WarehouseServer.Dataset, "cost_versions", loadId, TestContext.Current.CancellationToken);
        for (var i = 0; i < amounts.Length; i++)
        {
            var row = string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                {"load_id":"{{loadId}}","row_key":"k-{{i}}","vendor":"{{loadId.Split('-')[0]}}","account_id":"o-1","report":"cost","grain":"line","usage_date":"2026-03-01","bucket_start":"2026-03-01T00:00:00Z","bucket_width":"1d","amount_usd":"{{amounts[i]}}","currency":"USD","basis":"billed"}
                """);
            await upload.WriteAsync(Encoding.UTF8.GetBytes(row), TestContext.Current.CancellationToken);
        }

        return upload;
    }
}
