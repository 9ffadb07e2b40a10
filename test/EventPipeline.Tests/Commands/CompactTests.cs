using System.CommandLine;
using EventPipeline.Commands;
using EventPipeline.Load;
using EventPipeline.Local.Cli;
using EventPipeline.Local.DuckDb;
using EventPipeline.Local.Shared;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Service;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Commands;

/// <summary>What <c>compact</c> deletes from a DuckDB file, and what it says.</summary>
public sealed class CompactTests : IAsyncDisposable
{
    private readonly WarehouseFixture _file = new();
    private readonly CompactScene _scene;

    public CompactTests() => _scene = new CompactScene(_file.Warehouse, WarehouseFixture.Dataset, CompactScene.Now);

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    [Fact]
    public async Task What_no_version_needs_is_deleted_and_every_view_shows_what_it_showed()
    {
        await _scene.WriteAsync();
        var shown = await _scene.ShownAsync();

        var (exitCode, output, error) = await RunAsync("--yes");

        exitCode.ShouldBe(0, error);
        (await _scene.HeldAsync()).ShouldBe(CompactScene.Kept);
        (await _scene.ShownAsync()).ShouldBe(shown);
        output.ShouldBe(
            """
            Rows of ai_usage_analytics that were superseded, or loaded and never committed, before 2026-08-31 06:00 UTC (90 days ago):
              activity_versions: 2 rows of 1 load superseded, 0 rows of 0 loads never committed
              cost_versions: 10 rows of 5 loads superseded, 4 rows of 2 loads never committed
              entity_versions: 0 rows of 0 loads superseded, 1 row of 1 load never committed
              seat_versions: 0 rows of 0 loads superseded, 0 rows of 0 loads never committed
              usage_event_versions: 0 rows of 0 loads superseded, 0 rows of 0 loads never committed
              usage_versions: 2 rows of 1 load superseded, 2 rows of 1 load never committed
              raw_page: 2 rows of 2 loads superseded, 1 row of 1 load never committed
            No view shows any of them. What is deleted cannot be put back.
            Deleted from activity_versions: 2 rows.
            Deleted from cost_versions: 14 rows.
            Deleted from entity_versions: 1 row.
            Deleted from usage_versions: 4 rows.
            Deleted from raw_page: 3 rows.

            """.ReplaceLineEndings());
    }

    [Fact]
    public async Task A_second_run_finds_nothing()
    {
        await _scene.WriteAsync();
        await RunAsync("--yes");

        var (exitCode, output, error) = await RunAsync("--yes");

        exitCode.ShouldBe(0, error);
        output.ShouldBe(
            "ai_usage_analytics contains no rows that were superseded, or loaded and never committed, before "
            + $"2026-08-31 06:00 UTC (90 days ago). Nothing was deleted.{Environment.NewLine}");
        (await _scene.HeldAsync()).ShouldBe(CompactScene.Kept);
    }

    [Fact]
    public async Task A_dry_run_deletes_nothing()
    {
        await _scene.WriteAsync();
        var held = await _scene.HeldAsync();

        var (exitCode, output, error) = await RunAsync("--dry-run", "--yes");

        exitCode.ShouldBe(0, error);
        output.ShouldContain("cost_versions: 10 rows of 5 loads superseded, 4 rows of 2 loads never committed");
        output.ShouldEndWith($"Nothing was deleted (--dry-run).{Environment.NewLine}");
        (await _scene.HeldAsync()).ShouldBe(held);
    }

    [Theory]
    [InlineData("300", 0)]
    [InlineData("101", 18)]
    [InlineData("59", 31)]
    [InlineData("8", 35)]
    public async Task A_longer_retention_keeps_more(string days, int deleted)
    {
        await _scene.WriteAsync();
        var before = await CountAsync();

        (await RunAsync("--yes", "--retention-days", days)).ExitCode.ShouldBe(0);

        (before - await CountAsync()).ShouldBe(deleted);
    }

    [Theory]
    [InlineData("delete_rows", 1)]
    [InlineData("delete_rows", 3)]
    [InlineData("delete_pages", 1)]
    public async Task What_a_run_did_not_come_to_the_next_one_deletes(string statement, int call)
    {
        await _scene.WriteAsync();
        var shown = await _scene.ShownAsync();
        var cut = new InterceptedWarehouse(_file.Warehouse)
        {
            Before = asked => call -= asked.Name == statement ? 1 : 0,
            After = asked =>
            {
                if (asked.Name == statement && call == 0)
                {
                    throw new TransientFailureException("Cut off.");
                }
            },
        };

        var (exitCode, _, error) = await RunAsync(cut, "--yes");

        (exitCode, error).ShouldBe((3, $"Cut off.{Environment.NewLine}"));
        (await _scene.ShownAsync()).ShouldBe(shown);
        (await RunAsync("--yes")).ExitCode.ShouldBe(0);
        (await _scene.HeldAsync()).ShouldBe(CompactScene.Kept);
    }

    [Fact]
    public async Task Undoing_a_merge_names_the_days_whose_rows_are_gone()
    {
        await _scene.WriteAsync();
        (await UndoMergeAsync("older")).ShouldBe("anthropic: 'older' counts as a separate account again.");

        await RunAsync("--yes");

        (await UndoMergeAsync("older")).ShouldBe(
            "anthropic: 'older' counts as a separate account again. `compact` has deleted the rows of 1 of its slices, "
            + "2026-03-07 to 2026-03-07: read these days again with `force`.");
        (await UndoMergeAsync("acme")).ShouldBe("anthropic: 'acme' counts as a separate account again.");
    }

    [Fact]
    public async Task Undoing_the_merge_of_an_account_that_committed_nothing_names_no_days()
    {
        foreach (var (mark, value) in new[] { ("name", "unread"), ("merged_into", "org-1") })
        {
            await _file.Warehouse.ExecuteAsync(
                WarehouseFixture.Dataset,
                mark,
                Statement.Create(
                    "insert_account_identity",
                    ("vendor", "anthropic"),
                    ("account_id", "unread"),
                    ("mark", mark),
                    ("value", value),
                    ("run_id", "run")),
                TestContext.Current.CancellationToken);
        }

        (await UndoMergeAsync("unread")).ShouldBe("anthropic: 'unread' counts as a separate account again.");
    }

    [Fact]
    public async Task The_local_program_compacts_the_file_of_a_data_folder()
    {
        using var folder = new TemporaryFolder();
        await using (var warehouse = new DuckDbWarehouse(
            DataFolder.Open(folder.Path, simulated: true), Options.Create(new DatasetOptions()), TimeProvider.System))
        {
            await new CompactScene(warehouse, WarehouseFixture.Dataset, TimeProvider.System.GetUtcNow()).WriteAsync();
        }

        (await LocallyAsync()).ShouldContain("Deleted from cost_versions: 14 rows.");
        (await LocallyAsync()).ShouldContain("Nothing was deleted.");

        Task<string> LocallyAsync() => InvokeAsync(LocalCommands.Create(), "compact", "--yes", "--data", folder.Path);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("-90")]
    [InlineData("3651")]
    [InlineData("9 0")]
    [InlineData("ninety")]
    public async Task A_retention_that_is_too_short_or_no_number_is_refused(string days)
    {
        var (exitCode, _, error) = await RunAsync("--yes", $"--retention-days={days}");

        exitCode.ShouldBe(1);
        error.ShouldContain($"--retention-days is '{days}': it takes a number of days from 8 to 3650.");
    }

    private static OpenWarehouse Open(IWarehouse warehouse) =>
        (_, _) => Task.FromResult(new OpenedWarehouse(warehouse, WarehouseFixture.Dataset, new object()));

    /// <summary>What a command that succeeds writes.</summary>
    private static async Task<string> InvokeAsync(Command command, params string[] arguments)
    {
        var (exitCode, output, error) = await EndAsync(command, arguments);
        exitCode.ShouldBe(0, error);
        return output;
    }

    private static async Task<(int ExitCode, string Output, string Error)> EndAsync(
        Command command, params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exitCode = await command.Parse(arguments).InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, Output = output, Error = error },
            TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }

    private async Task<string> UndoMergeAsync(string account)
    {
        var said = await InvokeAsync(
            AccountsCommand.Create(Open(_file.Warehouse)),
            "merge", "--vendor", "anthropic", "--from", account, "--into", account, "--dry-run");
        return said.Split(Environment.NewLine)[0];
    }

    private async Task<long> CountAsync()
    {
        var tables = string.Join(" UNION ALL ", Compaction.Tables.Select(table => $"SELECT 1 AS row FROM {table}"));
        return (long)(await _file.AskAsync($"SELECT COUNT(*) FROM ({tables})"))[0][0]!;
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunAsync(_file.Warehouse, arguments);

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(
        IWarehouse warehouse, params string[] arguments) =>
        EndAsync(CompactCommand.Create(Open(warehouse), new FakeTimeProvider(CompactScene.Now)), arguments);
}
