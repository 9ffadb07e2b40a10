using System.Globalization;
using System.Text.Json;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>The service on Google's Pub/Sub emulator, asked with the real gcloud.</summary>
public sealed class ServiceOnEmulatorTests(
    ServiceOnEmulatorTests.Served served) : IClassFixture<ServiceOnEmulatorTests.Served>
{
    private const string Trigger = "eventpipeline-trigger";

    private RunningService Service => served.Require();

    [Fact]
    public async Task What_gcloud_publishes_as_plain_JSON_is_a_run_that_completes()
    {
        var runId = await PublishAsync("""{"from":"2026-03-02","to":"2026-03-03","reports":["cost"],"vendors":["openai"]}""", null);

        var run = await Service.EndAsync(runId);

        run.Outcome.ShouldBe("completed");
        run.Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
        await Service.ShouldHaveTruthAsync(
            served.Vendors, new Window("openai", "SIMULATED-acme", "cost", new(2026, 3, 2), new(2026, 3, 3)));
    }

    [Fact]
    public async Task Attributes_alone_are_a_run()
    {
        var runId = await PublishAsync(
            null, "days=2,mode=dry_run,vendors=anthropic,reports=cost messages_usage,accounts=SIMULATED-labs");

        var run = await Service.EndAsync(runId);

        run.Outcome.ShouldBe("completed");
        run.Mode.ShouldBe("dry_run");
        run.To.ShouldNotBeNull().DayNumber.ShouldBe(run.From.ShouldNotBeNull().DayNumber + 1);
        run.Windows.Select(window => window.Report).Distinct().Order().ShouldBe(["cost", "messages_usage"]);
        run.Windows.ShouldAllBe(window => window.Differences != null);
    }

    [Fact]
    public async Task A_message_of_blanks_with_an_attribute_is_a_run()
    {
        var runId = await PublishAsync("  ", "reports=moderations_usage,mode=development");

        var run = await Service.EndAsync(runId);

        run.Outcome.ShouldBe("completed");
        run.Mode.ShouldBe("development");
    }

    [Theory]
    [InlineData("hello, please run", null, "JSON")]
    [InlineData("""{"dayz":3}""", null, "'days'")]
    [InlineData("""{"days":31}""", null, "days")]
    [InlineData("""{"days":3}""", "days=4", "days")]
    [InlineData("""{"mode":"prodution"}""", null, "'production'")]
    [InlineData("""{"from":"2026-02-30"}""", null, "from")]
    [InlineData("[1,2", null, "JSON")]
    [InlineData("{}", "vendors=antropic", "'anthropic'")]
    public async Task Nonsense_is_a_dead_letter_with_the_reason(string message, string? attributes, string said)
    {
        var known = (await Service.DeadLettersAsync()).Select(Id).ToHashSet();
        var runs = (await Service.GetAsync("runs")).GetArrayLength();

        await served.Gcloud.PublishAsync(Trigger, message, attributes, TestContext.Current.CancellationToken);

        var letters = await Poll.ForAsync("a dead letter is stored", async () =>
            (await Service.DeadLettersAsync())
                .Where(letter => !known.Contains(Id(letter)))
                .ToList() is { Count: > 0 } fresh
                ? fresh
                : null);
        var letter = letters.ShouldHaveSingleItem();
        $"{letter.GetProperty("reason")} {letter.GetProperty("hint")}".ShouldContain(said);
        letter.GetProperty("cause").GetString().ShouldBe("bad_input");
        letter.GetProperty("sourceTopic").GetString().ShouldBe("trigger");
        var whole = await Service.GetAsync($"dead-letters/{Id(letter)}");
        whole.GetProperty("payload").GetString().ShouldBe(message);
        (await Service.GetAsync("runs")).GetArrayLength().ShouldBe(runs);
    }

    [Fact]
    public async Task A_poison_message_is_dead_lettered_after_five_attempts_and_loads_when_it_is_replayed()
    {
        var window = new Window("anthropic", "SIMULATED-acme", "cost", new(2026, 3, 10), new(2026, 3, 10));
        await served.Vendors.FailAsync(new
        {
            kind = "missing_bucket",
            pathContains = "cost_report",
            account = "SIMULATED-acme",
        });
        var runId = await PublishAsync("""{"from":"2026-03-10","to":"2026-03-10","reports":["cost"],"accounts":["SIMULATED-acme"],"vendors":["anthropic"]}""", null);

        var run = await Service.EndAsync(runId);

        run.Outcome.ShouldBe("failed");
        var failed = run.Windows.ShouldHaveSingleItem();
        failed.State.ShouldBe("failed");
        failed.Attempts.ShouldBe(5);
        failed.Reason.ShouldNotBeNull().ShouldContain("no bucket for");
        var letter = (await Service.DeadLettersAsync())
            .Single(one => one.GetProperty("eventId").GetString()!.StartsWith(runId, StringComparison.Ordinal));
        letter.GetProperty("cause").GetString().ShouldBe("attempts_exhausted");
        letter.GetProperty("sourceTopic").GetString().ShouldBe("fetch");

        await served.Vendors.MendAsync();
        await Service.ReplayAsync(Id(letter));

        await Poll.UntilAsync(
            "the run is completed after all", async () => (await Service.RunAsync(runId)).Outcome == "completed");
        await Service.ShouldHaveTruthAsync(served.Vendors, window);
        (await Service.DeadLettersAsync("resolved")).Select(Id).ShouldContain(Id(letter));
    }

    private static string Id(JsonElement letter) => letter.GetProperty("id").GetString()!;

    /// <summary>Publishes to the trigger topic, and waits for the run that comes of it.</summary>
    private async Task<string> PublishAsync(string? message, string? attributes)
    {
        var service = Service;
        var known = await RunIdsAsync(service);
        await served.Gcloud.PublishAsync(Trigger, message, attributes, TestContext.Current.CancellationToken);
        var fresh = await Poll.ForAsync(
            "there is a run",
            async () => (await RunIdsAsync(service)).Except(known).ToList() is { Count: > 0 } ids ? ids : null);
        return fresh.ShouldHaveSingleItem();
    }

    private static async Task<IReadOnlyList<string>> RunIdsAsync(RunningService service) =>
        [
            .. (await service.GetAsync("runs?limit=1000"))
            .EnumerateArray()
            .Select(run => run.GetProperty("runId").GetString()!),
        ];

    /// <summary>
    /// The emulator, vendors, and a service that uses both: today, for a hand-published message is of the time it is
    /// published.
    /// </summary>
    public sealed class Served : IAsyncLifetime
    {
        private static readonly string Now = TimeProvider.System.GetUtcNow()
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

        private readonly PubSubEmulator emulator = new();
        private readonly TemporaryFolder folder = new();
        private readonly string project = PubSubEmulator.NewProject();
        private RunningService? service;
        private Simulation? vendors;
        private Gcloud? gcloud;

        internal Simulation Vendors => vendors!;

        internal Gcloud Gcloud => gcloud ??= new Gcloud(emulator.RequireAddress(), project);

        /// <summary>The service; skips the test where there is no emulator.</summary>
        internal RunningService Require()
        {
            emulator.RequireHost();
            return service!;
        }

        public async ValueTask InitializeAsync()
        {
            await emulator.InitializeAsync();
            if (!emulator.IsInstalled)
            {
                return;
            }

            vendors = await Simulation.AtAsync(Now);
            service = await RunningService.StartAsync(
                folder.Path,
                vendors.Settings(
                    ("PUBSUB_EMULATOR_HOST", emulator.RequireHost()),
                    ("GOOGLE_CLOUD_PROJECT", project),
                    ("Broker__AckDeadline", "00:01:00")),
                Now);
        }

        public async ValueTask DisposeAsync()
        {
            gcloud?.Dispose();
            if (service is not null)
            {
                await service.DisposeAsync();
            }

            if (vendors is not null)
            {
                await vendors.DisposeAsync();
            }

            await emulator.DisposeAsync();
            folder.Dispose();
        }
    }
}
