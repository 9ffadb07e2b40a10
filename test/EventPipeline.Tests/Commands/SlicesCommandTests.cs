using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Commands;

/// <summary>Versions of a day, and showing an earlier one again, over the service's HTTP API.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class SlicesCommandTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 1, 2);
    private static readonly DateOnly Next = new(2025, 1, 3);

    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_version_that_was_replaced_by_mistake_is_shown_again_until_a_forced_read()
    {
        var right = await LoadAsync("500");
        await LoadAsync("900", force: true);

        var (_, listed, _) = await TypeAsync("versions", "--report", "cost", "--from", "2025-01-02");

        var lines = listed.Split('\n');
        lines[0].ShouldBe("anthropic/acme/cost 2025-01-02");
        lines[2].ShouldStartWith("*  ");
        lines[2].ShouldEndWith("     1       0     9.00");
        lines[3].ShouldStartWith($"   {right}  {_host.Today:yyyy-MM-dd}");
        lines[3].ShouldEndWith("     1       0     5.00");
        lines.ShouldAllBe(line => line.Length <= 80);

        string[] restore = ["restore", "--load", right];
        (await TypeAsync([.. restore, "--dry-run"])).ShouldBe((
            0,
            """
            day                                     rows  tokens  dollars
            anthropic/acme/cost 2025-01-02  before     1       0     9.00
                                            after      1       0     5.00
            1 day to restore: 1 row and $9.00 billed before, 1 row and $5.00 billed after.
            Nothing was restored (--dry-run).

            """,
            ""));
        (await ShownAsync()).ShouldBe([9m]);
        var (code, output, _) = await TypeAsync([.. restore, "--yes"]);
        code.ShouldBe(0);
        output.ShouldEndWith(
            "1 day restored. They stay as they are now until they are requested with force.\n");
        (await ShownAsync()).ShouldBe([5m]);
        _host.Log.All.ShouldContain(line => line.Contains(
            "1 slices of 01/02/2025 to 01/02/2025 show an earlier version until they are read with force"));

        // Again, it changes nothing.
        (await TypeAsync([.. restore, "--yes"])).ShouldBe(
            (0, "1 day already shows that version and is left as it is.\n", ""));
        (await _host.CountAsync("slice_versions WHERE state = 'restored'")).ShouldBe(1);

        // Neither a run nor a message that was on its way takes its place.
        var plan = await _host.RunAsync("anthropic", "cost", Day, Day);
        plan.Windows.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            window => (window.State, window.Why).ShouldBe(("skipped", "pinned")));
        await _host.PushFetchAsync("20250103-0123456789ab", "anthropic", "cost", Day, Day);
        await _host.IdleAsync();
        (await ShownAsync()).ShouldBe([5m]);
        _host.Log.All.ShouldContain(line => line.Contains("1 days keep the rows that a person has restored"));
        (await TypeAsync("versions", "--load", right)).Output.ShouldContain("5.00  pinned\n");

        await LoadAsync("900", force: true);
        (await ShownAsync()).ShouldBe([9m]);
        (await TypeAsync("versions", "--load", right)).Output.ShouldNotContain("pinned");
    }

    /// <summary>What a person decides is no word of the vendor's.</summary>
    [Fact]
    public async Task It_is_neither_a_restatement_nor_a_fresh_read()
    {
        var first = await LoadAsync("500");
        await LoadAsync("900", force: true);
        const string Told =
            "SELECT (SELECT COUNT(*) FROM restatements), (SELECT MAX(last_read_began) FROM freshness)";
        var before = await _host.AskAsync(Told);

        await TypeAsync("restore", "--load", first, "--yes");
        await _host.PushFetchAsync("20250103-0123456789ab", "anthropic", "cost", Day, Day);
        await _host.IdleAsync();

        var after = await _host.AskAsync(Told);
        after[0][0].ShouldBe(before[0][0]);
        ((DateTimeOffset)after[0][1]!).ShouldBeLessThanOrEqualTo(
            _host.Now, "The push read it; the restoration did not.");
        (await _host.ValueAsync("SELECT last_read_in_future FROM freshness")).ShouldBe(false);
    }

    [Fact]
    public async Task What_was_shown_at_a_time_is_shown_again_where_it_differs()
    {
        await LoadAsync("500");
        await LoadAsync("100", day: Next);
        var time = (DateTimeOffset)(await _host.ValueAsync("SELECT MAX(committed_at) FROM slice_versions"))!;
        await LoadAsync("900", force: true);
        await LoadAsync("70", day: Next.AddDays(1));

        var (_, output, error) = await TypeAsync(
            "restore", "--as-of", $"{time.UtcDateTime:O}", "--account", "acme", "--json", "--yes");

        error.ShouldStartWith("1 day already shows that version");
        var slice = JsonElement.Parse(output).GetProperty("slices").EnumerateArray().ShouldHaveSingleItem();
        slice.GetProperty("before").GetProperty("usd").GetString().ShouldBe("9");
        slice.GetProperty("after").GetProperty("usd").GetString().ShouldBe("5");
        (await ShownAsync()).ShouldBe([5m]);
        (await _host.CountAsync("current_slices WHERE pinned")).ShouldBe(1, "What was the same is not pinned.");
    }

    [Fact]
    public async Task A_version_whose_rows_are_gone_is_refused_and_nothing_changes()
    {
        var gone = await LoadAsync("500");
        await LoadAsync("900", force: true);
        await _host.Warehouse.ExecuteAsync(
            "ai_usage_analytics",
            "compacted",
            new EventPipeline.Load.Statement(
                "compacted",
                $"DELETE FROM {{dataset}}.cost_versions WHERE load_id = '{gone}'",
                new Dictionary<string, object?>()),
            TestContext.Current.CancellationToken);

        var (code, _, error) = await TypeAsync("restore", "--load", gone, "--yes");

        code.ShouldBe(1);
        error.ShouldBe(
            "compact has deleted the rows of 1 of the chosen versions, the first of anthropic/acme/cost 2025-01-02. "
            + "Restore the others without these days, and read these days again with force.\n");
        (await ShownAsync()).ShouldBe([9m]);
    }

    [Theory]
    [InlineData("slices/restore", "Which version? Give load")]
    [InlineData("slices/restore?load=a&asOf=2026-01-01T00:00:00Z", "Which version? Give load")]
    [InlineData("slices/restore?asOf=yesterday", "asOf is 'yesterday'; give a time such as 2026-11-23T06:00:00Z.")]
    [InlineData("slices/restore?load=a&dryRun=yes", "dryRun is 'yes'.")]
    [InlineData("slices/restore?load=a&from=1", "from is '1'; give a day as YYYY-MM-DD.")]
    [InlineData("slices/restore?load=a&to=1", "to is '1'; give a day as YYYY-MM-DD.")]
    [InlineData("slices/restore?load=none", "No slice that was chosen has a version of the load 'none'.")]
    [InlineData("slices/restore?asOf=2020-01-01T00:00:00Z", "No slice that was chosen had been read by 2020-01-01T")]
    public async Task A_request_that_names_no_version_says_what_to_give(string path, string said)
    {
        using var answer = await _host.PostAsync(path, "");

        ((int)answer.StatusCode).ShouldBe(said.StartsWith("No slice", StringComparison.Ordinal) ? 404 : 400);
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        problem.GetProperty("detail").GetString().ShouldStartWith(said);
    }

    [Fact]
    public void The_command_names_one_version() =>
        SlicesCommand.Create((_, _) => throw new InvalidOperationException())
            .Parse(["restore", "--vendor", "anthropic"]).Errors.ShouldHaveSingleItem().Message
            .ShouldStartWith("Which version? Give --load");

    private async Task<string> LoadAsync(string cents, bool force = false, DateOnly? day = null)
    {
        _host.Vendor.OnDays(CostRows.Path, _ => CostRows.Row(cents));
        return (await _host.WindowAsync("anthropic", "cost", day ?? Day, force ? ",\"force\":true" : "")).LoadId!;
    }

    private async Task<IReadOnlyList<decimal>> ShownAsync() =>
    [
        .. (await _host.AskAsync($"SELECT amount_usd FROM cost WHERE usage_date = DATE '{Day.Text()}'"))
            .Select(row => (decimal)row[0]!),
    ];

    private Task<(int Code, string Output, string Error)> TypeAsync(params string[] arguments) =>
        SlicesCommand.Create(
            (_, _) => Task.FromResult(new OpenedService(new HttpClient { BaseAddress = _host.Http.BaseAddress })))
        .TypeAsync(arguments);
}
