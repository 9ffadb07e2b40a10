using EventPipeline.Local.Cli;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Commands;

/// <summary>
/// <c>accounts list | rename | merge</c> on a data folder in which one account stands under two ids.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class AccountsTests : IAsyncLifetime
{
    private const string PerDay = "SELECT SUM(amount_usd) FROM daily_cost GROUP BY usage_date ORDER BY usage_date";
    private static readonly string[] Merge =
    [
        "merge",
        "--vendor",
        "anthropic",
        "--from",
        "acme",
        "--into",
        ServiceHost.Organization,
    ];

    private readonly TemporaryFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        await using var host = await ServiceHost.StartAsync(_folder, [("Anthropic", "acme", "key-acme")]);
        host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("100"));
        await host.RunAsync("anthropic", "cost", new DateOnly(2025, 1, 1), new DateOnly(2025, 1, 3));
        await host.StandAlsoAsAsync("acme", "acme");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_accounts_are_listed_with_a_word_about_one_that_stands_twice()
    {
        var (exitCode, output, _) = await RunAsync("list");

        exitCode.ShouldBe(0);
        output.ShouldMatch("anthropic  12345678-1234-5678-1234-567812345678  acme +3  2025-01-01  2025-01-03");
        output.ShouldContain("anthropic/acme is stored under 2 ids. If they are one organisation, "
            + "days stored under both are counted twice. To merge them: "
            + "accounts merge --dataset ai_usage_analytics --vendor anthropic --from acme --into "
            + "12345678-1234-5678-1234-567812345678");
    }

    [Fact]
    public async Task A_merge_says_what_it_changes_and_can_be_taken_back()
    {
        (await SumsAsync()).ShouldBe([2m, 2m, 2m]);
        var tried = await RunAsync([.. Merge, "--dry-run"]);
        tried.ExitCode.ShouldBe(0, tried.Error);
        tried.Output.ShouldContain(
            "Of 6 slices, 3 are stored under both; only the newest read counts. Billed: 6 US dollars before, 3 after.");
        (await SumsAsync()).ShouldBe([2m, 2m, 2m]);

        (await RunAsync([.. Merge, "--yes"])).ExitCode.ShouldBe(0);
        (await SumsAsync()).ShouldBe([1m, 1m, 1m]);
        (await RunAsync("list")).Output.ShouldNotContain("stored under");

        (await RunAsync("merge", "--vendor", "anthropic", "--from", "acme", "--into", "acme", "--yes")).ExitCode
            .ShouldBe(0);
        (await SumsAsync()).ShouldBe([2m, 2m, 2m]);
    }

    [Fact]
    public async Task A_run_after_a_merge_goes_on_under_the_id_that_stays()
    {
        (await RunAsync([.. Merge, "--yes"])).ExitCode.ShouldBe(0);
        await using var host = await ServiceHost.StartAsync(_folder, [("Anthropic", "acme", "key-acme")]);
        host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row("300"));

        var run = await host.RunAsync(
            "anthropic", "cost", new DateOnly(2025, 1, 1), new DateOnly(2025, 1, 4), ",\"force\":true");

        run.State.ShouldBe("completed");
        (await host.AskAsync(PerDay)).Select(row => row[0]).ShouldBe([3m, 3m, 3m, 3m]);
        (await host.AskAsync("SELECT DISTINCT account_id FROM cost")).ShouldBe([[ServiceHost.Organization]]);
    }

    [Theory]
    [InlineData("anthropic", "acme", "nobody", "contains no account_id 'nobody' of 'anthropic'")]
    [InlineData("anthropic", "nobody", "acme", "contains no account_id 'nobody' of 'anthropic'")]
    [InlineData("openai", "acme", "nobody", "contains no accounts of 'openai'")]
    [InlineData("anthropic", "acme", "acme", "'acme' was not merged into another account")]
    public async Task A_merge_that_means_nothing_is_refused(string vendor, string from, string into, string why)
    {
        var refused = await RunAsync("merge", "--vendor", vendor, "--from", from, "--into", into, "--yes");

        (refused.ExitCode, refused.Output).ShouldBe((1, ""));
        refused.Error.ShouldContain(why);
    }

    [Fact]
    public async Task An_id_that_was_merged_is_merged_no_further()
    {
        (await RunAsync([.. Merge, "--yes"])).ExitCode.ShouldBe(0);

        (await RunAsync([.. Merge, "--yes"])).Error
            .ShouldContain($"'acme' already counts as '{ServiceHost.Organization}'");
        (
            await RunAsync(
                "merge", "--vendor", "anthropic", "--from", ServiceHost.Organization, "--into", "acme", "--yes")).Error
            .ShouldContain($"pass --into {ServiceHost.Organization}");
    }

    /// <summary>OpenAI names no organisation: nothing but the record says that the account is the same.</summary>
    [Fact]
    public async Task A_renamed_account_may_get_another_key_at_the_same_time()
    {
        var day = new DateOnly(2025, 1, 1);
        await LoadAsync("acme", "key-one", day, "loaded");
        string[] rename = ["rename", "--vendor", "openai", "--from", "acme", "--to", "acme-eu"];
        (await RunAsync([.. rename, "--dry-run"])).ShouldBe((
            0,
            "openai: the account 'acme' is called 'acme' now and 'acme-eu' from now on, whichever key it has. Views "
            + "show the new name; rows keep the name that they were read under.\nNothing was changed (--dry-run).\n",
            ""));
        await LoadAsync("acme-eu", "key-two", day, "rejected");

        (await RunAsync([.. rename, "--yes"])).ExitCode.ShouldBe(0);

        (await NamesAsync()).ShouldBe([["acme", "acme-eu"]]);
        await LoadAsync("acme-eu", "key-two", day.AddDays(1), "loaded");
        await LoadAsync("acme-eu", "key-three", day.AddDays(2), "loaded");
        (await NamesAsync()).ShouldBe([["acme", "acme-eu"]]);
        (await RunAsync("rename", "--vendor", "openai", "--from", "acme-eu", "--to", "acme", "--yes")).ExitCode
            .ShouldBe(0);
        (await NamesAsync()).ShouldBe([["acme", "acme"]]);
    }

    [Theory]
    [InlineData("cursor", "acme", "other", "contains no account of 'cursor' that is called 'acme'")]
    [InlineData("anthropic", "acme", "acme", "is called 'acme' already")]
    [InlineData("anthropic", "acme", "no name", "--to is 'no name'; an account's name is 1 to 63 letters")]
    [InlineData("openai", "labs", "acme", "'acme' is the name of the account 'acme'")]
    public async Task A_rename_that_means_nothing_is_refused(string vendor, string from, string to, string why)
    {
        await LoadAsync("acme", "key-acme", new DateOnly(2025, 1, 1), "loaded", ("OpenAI", "labs", "key-labs"));

        var refused = await RunAsync("rename", "--vendor", vendor, "--from", from, "--to", to, "--yes");

        (refused.ExitCode, refused.Output).ShouldBe((1, ""));
        refused.Error.ShouldContain(why);
    }

    private async Task LoadAsync(
        string account, string key, DateOnly day, string state, params (string, string, string)[] others)
    {
        await using var host = await ServiceHost.StartAsync(_folder, [("OpenAI", account, key), .. others]);
        host.Vendor.OnDays("/v1/organization/costs", _ => "");
        var run = await host.RunAsync("openai", "cost", day, day);
        run.Windows.ShouldAllBe(window => window.State == (state == "loaded" ? "empty" : state));
    }

    private async Task<IReadOnlyList<IReadOnlyList<object?>>> NamesAsync()
    {
        await using var host = await ServiceHost.StartAsync(_folder, [("Anthropic", "acme", "key-acme")]);
        return await host.AskAsync(
            "SELECT account_id, name FROM id_names WHERE vendor = 'openai' AND kind = 'account'");
    }

    private async Task<IEnumerable<object?>> SumsAsync()
    {
        await using var host = await ServiceHost.StartAsync(_folder, [("Anthropic", "acme", "key-acme")]);
        return (await host.AskAsync(PerDay)).Select(row => row[0]);
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var parsed = LocalCommands.Create().Parse(["accounts", .. arguments, "--data", _folder.Path]);
        var exitCode = await parsed.InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, Output = output, Error = error },
            TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}
