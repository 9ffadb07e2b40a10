using EventPipeline.Load;
using EventPipeline.Local.Cli;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Commands;

/// <summary><c>people import | check | suggest</c> on a data folder with a day of costs.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class PeopleTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        await using var host = await ServiceHost.StartAsync(_folder, [("Anthropic", "acme", "key-acme")]);
        host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("12345"));
        await host.RunAsync("anthropic", "cost", host.Yesterday, host.Yesterday);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_list_is_checked_shown_recorded_and_seen_in_what_costs_belong_to_whom()
    {
        var before = await RunAsync("check");
        before.Output.ShouldMatch(@"anthropic +123\.45 +0\.00 +0\.00 +123\.45 +0\.0 %");
        before.Output.ShouldContain("What belongs to nobody:");

        var list = await ListAsync($"vendor,kind,id,team\nanthropic,account,{ServiceHost.Organization},platform\n");
        var tried = await RunAsync("import", list, "--dry-run");
        (tried.ExitCode, tried.Error).ShouldBe((0, ""));
        tried.Output.ShouldBe(
            $"""
            anthropic account {ServiceHost.Organization}: platform
            1 lines of people.csv, 1 changes.
            Nothing was changed (--dry-run).

            """);

        (await RunAsync("import", list, "--yes")).ExitCode.ShouldBe(0);
        (await RunAsync("import", list, "--yes")).Output.ShouldBe("1 lines of people.csv, 0 changes.\n");
        var other = await ListAsync("vendor,kind,id,team\nanthropic,workspace,ws-1,platform\n");
        (await RunAsync("import", other, "--dry-run")).Output.ShouldBe(
            """
            anthropic workspace ws-1: platform
            1 that are owned are not in people.csv and stay as they are (--end-missing ends them).
            1 lines of people.csv, 1 changes.
            Nothing was changed (--dry-run).

            """);

        var after = await RunAsync("check");
        after.Output.ShouldMatch(@"anthropic +123\.45 +123\.45 +0\.00 +0\.00 +100\.0 %");
        after.Output.ShouldContain("All of it belongs to somebody.");
    }

    [Fact]
    public async Task Without_a_yes_nothing_is_recorded()
    {
        var list = await ListAsync($"vendor,kind,id,team\nanthropic,account,{ServiceHost.Organization},platform\n");

        var refused = await RunAsync("import", list);

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldBe("Nothing was changed: answer 'yes' or pass --yes.\n");
        (await RunAsync("import", list, "--dry-run")).Output.ShouldContain("1 changes.");
    }

    [Fact]
    public async Task A_list_with_mistakes_is_refused_whole_with_each_of_them()
    {
        var list = await ListAsync("vendor,kind,id,team\nanthropic,key,k,red\nanthropic,account,x,red\nx,user,u,red\n");

        var refused = await RunAsync("import", list, "--yes");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldStartWith("Nothing of people.csv was imported:\nLine 2: 'key' is not a kind.");
        refused.Error.ShouldContain("\nLine 4: 'x' is not a vendor.");
        (await RunAsync("check")).Output.ShouldMatch(@"123\.45 +0\.0 %");
    }

    [Theory]
    [InlineData("", "The column 'kind' is missing.")]
    [InlineData("\n\n", "The column 'kind' is missing.")]
    [InlineData("kind\n", "The column 'id' is missing.")]
    public async Task A_file_without_columns_says_which_are_needed(string text, string mistake)
    {
        var refused = await RunAsync("import", await ListAsync(text), "--yes");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain(mistake);
    }

    [Fact]
    public async Task A_table_is_read_as_a_file_is()
    {
        await using (var host = await ServiceHost.StartAsync(_folder, [("Anthropic", "acme", "key-acme")]))
        {
            await host.Warehouse.ExecuteAsync(
                "ai_usage_analytics",
                "sheet",
                new Statement(
                    "sheet",
                    "CREATE VIEW {dataset}.sheet AS SELECT 'anthropic' AS vendor, 'account' AS kind, "
                        + $"'{ServiceHost.Organization}' AS Id, 'ann' AS person, "
                        + "CAST('2026-01-02' AS DATE) AS \"from\"",
                    new Dictionary<string, object?>()),
                TestContext.Current.CancellationToken);
        }

        var imported = await RunAsync("import", "--table", "ai_usage_analytics.sheet", "--yes");

        (imported.ExitCode, imported.Error).ShouldBe((0, ""));
        imported.Output.ShouldStartWith(
            $"anthropic account {ServiceHost.Organization}: ann from 2026-01-02 on\n"
                + "1 lines of ai_usage_analytics.sheet, 1 changes.\n");
    }

    [Theory]
    [InlineData("import")]
    [InlineData("import", "people.csv", "--table", "a.b")]
    [InlineData("import", "--table", "a.b; DROP TABLE c")]
    [InlineData("import", "people.csv", "--from", "yesterday")]
    [InlineData("check", "--days", "0")]
    public async Task A_wrong_argument_is_said(params string[] arguments) =>
        (await RunAsync(arguments)).Errors.ShouldNotBeEmpty();

    [Fact]
    public async Task A_file_that_is_not_there_is_said()
    {
        var refused = await RunAsync("import", Path.Combine(_folder.Path, "none.csv"), "--yes");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldStartWith("There is no file ");
    }

    [Fact]
    public async Task Nothing_is_suggested_where_nobody_is_listed()
    {
        var suggested = await RunAsync("suggest");

        (suggested.ExitCode, suggested.Output).ShouldBe((0, ""));
        suggested.Error.ShouldStartWith("Nothing to suggest");
    }

    private async Task<string> ListAsync(string text)
    {
        var path = Path.Combine(_folder.Path, "people.csv");
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }

    private async Task<(int ExitCode, string Output, string Error, IReadOnlyList<string> Errors)> RunAsync(
        params string[] arguments)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var error = new StringWriter { NewLine = "\n" };
        var parsed = LocalCommands.Create().Parse(["people", .. arguments, "--data", _folder.Path]);
        var exitCode = await parsed.InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, Output = output, Error = error },
            TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString(), [.. parsed.Errors.Select(wrong => wrong.Message)]);
    }
}
