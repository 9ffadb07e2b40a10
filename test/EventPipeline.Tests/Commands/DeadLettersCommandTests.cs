using System.CommandLine;
using System.Text;
using System.Text.Json;
using EventPipeline.Commands;
using EventPipeline.DeadLetters;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;

namespace EventPipeline.Tests.Commands;

/// <summary>What people see of dead letters, one or thousands, and do to them.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class DeadLettersCommandTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 1, 1);

    private ServiceHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task There_is_none()
    {
        (await RunAsync("list")).ShouldBe((0, "There is no such dead letter (open).\n", ""));
        (await RunAsync("list", "--state", "all")).ShouldBe((0, "There is no such dead letter.\n", ""));
        (await RunAsync("replay", "--all", "--yes")).ShouldBe((0, "There is no such dead letter (open).\n", ""));
    }

    [Fact]
    public async Task They_are_grouped_by_cause_and_whose_they_are_and_the_newest_listed()
    {
        await StoreAsync(
        [
            .. Enumerable.Range(0, 3).Select(i => Letter(i, "acme", "cost")), Letter(3, "labs", "cost", "credential"),
        ]);

        var (code, text, _) = await RunAsync("list", "--limit", "2");

        code.ShouldBe(0);
        text.ShouldStartWith(
            """
            3 bad_input of anthropic/acme/cost, the last 2025-06-01 00:02 UTC
              Reason 2.
              Fix it, and replay.
            1 credential of anthropic/labs/cost, the last 2025-06-01 00:03 UTC
              Reason 3.
              Fix it, and replay.

            id                       state  cause       run    asks for
            dl-00000000000000000003  open   credential  run-3  anthropic/labs/cost 2025-01-04
            dl-00000000000000000002  open   bad_input   run-2  anthropic/acme/cost 2025-01-03
            and 2 more: --limit.
            """);
        foreach (var (filter, ids) in new (string Filter, int[] Ids)[]
        {
            ("--cause credential", [3]), ("--account acme", [2, 1, 0]), ("--vendor openai", []), ("--run run-1", [1]),
            ("--since 2025-06-02", []), ("--since 2025-06-01 --vendor anthropic --account labs", [3]),
        })
        {
            var found = JsonElement.Parse((await RunAsync(["list", "--json", .. filter.Split(' ')])).Output);
            found.EnumerateArray().Select(letter => letter.GetProperty("id").GetString()).ShouldBe(ids.Select(IdOf));
        }

        var csv = (await RunAsync("list", "--csv", "--run", "run-1")).Output.Split("\r\n");
        csv[0].ShouldStartWith("id,state,cause,run_id,mode,vendor,account,report,from,to,windows,");
        csv[1].ShouldStartWith($"{IdOf(1)},open,bad_input,run-1,production,anthropic,acme,cost,2025-01-02,2025-01-02,1,");
    }

    [Fact]
    public async Task Thousands_are_listed_page_by_page_and_decided_together()
    {
        await StoreAsync([.. Enumerable.Range(0, 5_000).Select(i => Letter(i, i < 40 ? "labs" : "acme", "cost"))]);

        var all = JsonElement.Parse((await RunAsync("list", "--json", "--limit", "6000")).Output);
        all.EnumerateArray().Select(letter => letter.GetProperty("id").GetString())
            .ShouldBe(Enumerable.Range(0, 5_000).Reverse().Select(IdOf));
        var (code, text, _) = await RunAsync("discard", "--account", "labs", "--yes", "--per-second", "5000");

        code.ShouldBe(0);
        text.ShouldEndWith("40 dead letters would be discarded.\n40 dead letters discarded.\n");
        (await RunAsync("list", "--account", "labs")).Output.ShouldBe("There is no such dead letter (open).\n");
        (await RunAsync("list")).Output.ShouldStartWith("4,960 bad_input of anthropic/acme/cost");
    }

    [Fact]
    public async Task One_that_is_replayed_after_its_cause_is_fixed_is_resolved()
    {
        _host.Vendor.On(CostRows.Path, """{"error":{"message":"No."}}""", status: 400);
        await _host.RunAsync("anthropic", "cost", Day, Day);
        var id = JsonElement.Parse((await RunAsync("list", "--json")).Output)[0].GetProperty("id").GetString()!;
        JsonElement.Parse((await RunAsync("show", id)).Output).GetProperty("payload").GetString()
            .ShouldNotBeNull().ShouldContain("\"report\":\"cost\"");

        (await RunAsync("replay", id, "--dry-run")).ShouldBe(
            (0, "1 dead letter would be replayed.\nNothing was replayed (--dry-run).\n", ""));
        (await RunAsync("replay", id)).Code.ShouldBe(1);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        (await RunAsync("replay", id, "--yes")).ShouldBe(
            (0, "1 dead letter would be replayed.\n1 dead letter replayed.\n", ""));
        await _host.IdleAsync();

        (await RunAsync("list", "--state", "resolved")).Output.ShouldContain(id);
        var (code, _, error) = await RunAsync("replay", id, "--yes");
        code.ShouldBe(1);
        error.ShouldBe(
            $"What {id} asks for has been loaded since. To read it again all the same, replay it with force=true.\n");
        (await RunAsync("replay", id, "--yes", "--force")).Code.ShouldBe(0);
        await _host.IdleAsync();
    }

    [Fact]
    public async Task As_json_the_letters_are_written_as_they_are_then_and_nothing_else()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await StoreAsync([Letter(0, "acme", "cost"), Letter(1, "acme", "cost")]);

        StatesIn((await RunAsync("discard", "--all", "--dry-run", "--json")).Output)
            .ShouldBe(["open", "open"]);
        StatesIn((await RunAsync("discard", "--all", "--json")).Output).ShouldBeEmpty();
        StatesIn((await RunAsync("discard", IdOf(1), "--yes", "--json")).Output).ShouldBe(["discarded"]);
        StatesIn((await RunAsync("replay", "--all", "--yes", "--json")).Output).ShouldBe(["replayed"]);
        StatesIn((await RunAsync("replay", "--all", "--yes", "--json")).Output).ShouldBeEmpty();
        await _host.IdleAsync();

        static IEnumerable<string?> StatesIn(string json) =>
            JsonElement.Parse(json).EnumerateArray().Select(letter => letter.GetProperty("state").GetString());
    }

    [Fact]
    public async Task What_cannot_be_replayed_is_named_and_the_others_are()
    {
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
        await StoreAsync([Letter(0, "acme", "cost"), Letter(1, "acme", "cost") with { Replays = 2 }]);

        var (code, text, error) = await RunAsync("replay", "--all", "--yes");

        code.ShouldBe(1);
        text.ShouldEndWith("2 dead letters would be replayed.\n1 dead letter replayed.\n");
        error.ShouldContain($"{IdOf(1)} was replayed 2 times already.");
        await _host.IdleAsync();
    }

    [Fact]
    public async Task Stopped_half_way_it_says_how_far_it_came_and_the_same_command_goes_on()
    {
        await StoreAsync([.. Enumerable.Range(0, 20).Select(i => Letter(i, "acme", "cost"))]);
        var decided = 0;
        _host.Warehouse.Before = statement =>
        {
            if (statement.Name == "insert_dead_letter" && Interlocked.Increment(ref decided) == 3)
            {
                throw new TransientFailureException("The warehouse is away.");
            }
        };

        var (code, _, error) = await RunAsync("discard", "--all", "--yes");

        code.ShouldBe(3);
        var first = await _host.CountAsync("dead_letter WHERE state = 'discarded'");
        first.ShouldBeInRange(2, 19);
        error.ShouldContain($"{first} dead letters discarded so far. Run the same command again to go on.");
        (await RunAsync("discard", "--all", "--yes")).Output.ShouldEndWith($"{20 - first} dead letters discarded.\n");
        (await _host.GetAsync("dead-letters?state=open")).GetArrayLength().ShouldBe(0);
        (await _host.CountAsync("dead_letter WHERE state = 'discarded'")).ShouldBe(20);
    }

    [Theory]
    [InlineData("list --state closed", "--state is 'closed'")]
    [InlineData("list --cause bad", "--cause is 'bad'")]
    [InlineData("list --limit none", "--limit is 'none'")]
    [InlineData("replay", "Which dead letters?")]
    [InlineData("discard", "Which dead letters?")]
    [InlineData("replay dl-1 --all", "not both")]
    [InlineData("discard dl-1 --cause credential", "not both")]
    [InlineData("replay --all --per-second 0", "--per-second is '0'")]
    [InlineData("show", "'show'")]
    public void A_wrong_argument_is_named(string arguments, string named) =>
        Create().Parse(arguments).Errors.ShouldContain(error => error.Message.Contains(named));

    [Fact]
    public async Task A_letter_that_is_none_is_named()
    {
        (await Should.ThrowAsync<UsageException>(() => RunAsync("show", "dl-1"))).Message.ShouldContain("'dl-1'");
        await StoreAsync([Letter(0, "acme", "cost")]);
        (await Should.ThrowAsync<UsageException>(() => RunAsync("discard", IdOf(0), "dl-1", "--yes"))).Message
            .ShouldContain("'dl-1'");
        (await _host.GetAsync("dead-letters?state=open")).GetArrayLength().ShouldBe(1, "nothing was done");
    }

    [Fact]
    public async Task One_that_was_replayed_and_has_not_come_back_is_not_replayed_twice()
    {
        using var gate = new VendorGate();
        _host.Vendor.On(CostRows.Path, gate.HoldAsync);
        await StoreAsync([Letter(0, "acme", "cost")]);
        (await RunAsync("replay", IdOf(0), "--yes")).Code.ShouldBe(0);
        await gate.ReachedAsync();

        (await RunAsync("replay", IdOf(0), "--yes")).ShouldBe(
            (0, $"{IdOf(0)} was replayed and has not failed since; --force replays it again.\n", ""));

        gate.Open();
        await _host.IdleAsync();
    }

    private static string IdOf(int number) => $"dl-{number:00000000000000000000}";

    private static DeadLetter Letter(int number, string account, string report, string cause = "bad_input")
    {
        var day = Day.AddDays(number);
        var payload = $$"""{"runId":"run-{{number}}","mode":"production","vendor":"anthropic","account":"{{account}}","report":"{{report}}","from":"{{day.Text()}}","to":"{{day.Text()}}"}""";
        return new DeadLetter
        {
            Id = IdOf(number),
            SourceTopic = "fetch",
            Reason = $"Reason {number}.",
            Hint = "Fix it, and replay.",
            Cause = cause,
            EventId = $"event-{number}",
            EventSource = "//test",
            EventType = FetchRequested.EventType,
            RejectedAt = At(number),
            Payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)),
        };
    }

    private static DateTimeOffset At(int number) =>
        new DateTimeOffset(2025, 6, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(number);

    private async Task StoreAsync(IReadOnlyList<DeadLetter> letters)
    {
        foreach (var some in letters.Index().Chunk(100))
        {
            await _host.Warehouse.ExecuteAsync(
                "ai_usage_analytics",
                $"letters_{some[0].Index}",
                Statement.Insert(
                    "insert_dead_letter",
                    [
                        .. some.Select(letter => DeadLetterRows.Write(
                            letter.Item, DeadLetterState.Open, 0, letter.Item.RejectedAt)),
                    ]),
                Cancellation);
        }
    }

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        Create().TypeAsync(arguments);

    private Command Create() => DeadLettersCommand.Create(
        (_, _) => Task.FromResult(new OpenedService(new HttpClient { BaseAddress = _host.Http.BaseAddress })),
        new HurriedTime());
}
