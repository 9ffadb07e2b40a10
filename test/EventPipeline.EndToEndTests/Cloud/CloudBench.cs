using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EventPipeline.EndToEndTests.Service;
using EventPipeline.Messages;

namespace EventPipeline.EndToEndTests.Cloud;

/// <summary>
/// All that the service meets in production, each a process of its own: Google's Pub/Sub emulator, a stand-in for its
/// other services, and the vendors. Dataset, secrets, topics and push subscriptions are made as a deployment makes
/// them.
/// </summary>
public sealed class CloudBench : IAsyncLifetime, IViews
{
    public const string Dataset = "ai_usage_analytics";
    internal const string Audience = "https://eventpipeline.test";
    private const string PushEmail = "pubsub-push@example.iam.gserviceaccount.com";
    private const string OperatorEmail = "operator@example.com";
    private const string Trigger = "eventpipeline-trigger";
    private const string Fetch = "eventpipeline-fetch";
    private const string Completed = "eventpipeline-completed";
    private const string DeadLetter = "eventpipeline-dead-letter";

    private readonly PubSubEmulator emulator = new();
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient pubSub = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string project = PubSubEmulator.NewProject();
    private Simulation? vendors;
    private CloudService? service;
    private DateOnly nextDay = new(2098, 1, 1);
    private GoogleStandIn? google;
    private PublishGate? publishing;
    private PushGate? pushes;
    private string pushToken = "";
    private string operatorToken = "";

    internal Simulation Vendors => vendors!;

    internal GoogleStandIn Google => google!;

    internal PublishGate Publishing => publishing!;

    internal PushGate Pushes => pushes!;

    /// <summary>The project that everything is in.</summary>
    public string Project => project;

    /// <summary>Skips the test, saying what is missing, where there is no emulator.</summary>
    public void Require() => emulator.RequireHost();

    public async ValueTask InitializeAsync()
    {
        await emulator.InitializeAsync();
        if (!emulator.IsInstalled)
        {
            return;
        }

        vendors = await Simulation.AtAsync(Simulation.Now);
        google = await GoogleStandIn.StartAsync(Path.Combine(folder.Path, "google"));
        publishing = await PublishGate.StartAsync(emulator.RequireAddress());
        await RenewTokensAsync();
        pushes = await PushGate.StartAsync(() => pushToken);
        foreach (var account in vendors.Accounts)
        {
            await google.AddSecretAsync(project, SecretName(account), account.Key);
        }

        await CreateTopologyAsync();
        await ApplySchemaAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { service, pushes, publishing, google, vendors })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        await emulator.DisposeAsync();
        pubSub.Dispose();
        folder.Dispose();
    }

    /// <summary>The environment that a deployment gives the service.</summary>
    public Dictionary<string, string> Settings(params (string Name, string Value)[] more) => Settings(_ => true, more);

    private Dictionary<string, string> Settings(
        Predicate<ServedAccount> isRead, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["GOOGLE_CLOUD_PROJECT"] = project,
            ["GCE_METADATA_HOST"] = Google.Address.Authority,
            ["BigQuery__BaseAddress"] = Google.Address.AbsoluteUri,
            ["SecretManager__BaseAddress"] = Google.Address.AbsoluteUri,
            ["PubSub__BaseAddress"] = Publishing.Address.AbsoluteUri,
            ["Authentication__CertificatesAddress"] = new Uri(Google.Address, "/oauth2/v3/certs").AbsoluteUri,
            ["Authentication__Push__Audience"] = Audience,
            ["Authentication__Push__Email"] = PushEmail,
            ["Authentication__Operators__Audience"] = Audience,
            ["Authentication__Operators__Principals__0"] = OperatorEmail,
            ["Runs__GapDays"] = "0",
            ["K_SERVICE"] = "eventpipeline",
            ["K_REVISION"] = "eventpipeline-00001-abc",
        };
        Vendors.AddVendors(
            settings,
            Vendors.Accounts.Where(account => isRead(account)),
            account => $"projects/{project}/secrets/{SecretName(account)}");
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }

    /// <summary>A token of the operator's, signed with the issuer's newest key.</summary>
    internal Task<string> OperatorTokenAsync() => Google.TokenAsync(Claims(OperatorEmail));

    /// <summary>Has the push identity and the operator sign in again.</summary>
    internal async Task RenewTokensAsync()
    {
        pushToken = await Google.TokenAsync(Claims(PushEmail));
        operatorToken = await OperatorTokenAsync();
    }

    /// <summary>Starts an instance; pushes go to it once <see cref="PushGate.Open"/> names it.</summary>
    internal Task<CloudService> StartServiceAsync(params (string Name, string Value)[] more) =>
        StartServiceAsync(_ => true, more);

    /// <summary>Starts an instance that reads some of the accounts.</summary>
    internal Task<CloudService> StartServiceAsync(
        Predicate<ServedAccount> isRead, params (string Name, string Value)[] more) =>
        CloudService.StartAsync(folder.Path, Settings(isRead, more), operatorToken);

    /// <summary>The instance that pushes go to; started, with these settings, when there is none.</summary>
    internal async Task<CloudService> ServiceAsync(params (string Name, string Value)[] more)
    {
        service ??= await StartServiceAsync(more);
        Pushes.Open(service.Address);
        return service;
    }

    /// <summary>kill -9 of that instance, after which pushes wait for another.</summary>
    internal async Task KillServiceAsync()
    {
        Pushes.Close();
        if (service is not null)
        {
            await service.KillAsync();
            await service.DisposeAsync();
            service = null;
        }
    }

    /// <summary>The first of so many days that no test has taken, later than those that are taken.</summary>
    public DateOnly NextDays(int days)
    {
        var first = nextDay;
        nextDay = first.AddDays(days);
        return first;
    }

    /// <summary>Runs an operator's command to its end.</summary>
    internal async Task<Finished> CommandAsync(params IReadOnlyList<string> arguments)
    {
        await using var process = LocalProcess.StartProgram("EventPipeline", folder.Path, Settings(), arguments);
        var exitCode = await process.ExitAsync();
        return new Finished(exitCode, process.Output, process.Error);
    }

    /// <summary>Publishes the scheduler's message for a day of its own; answers the id of the run that it is.</summary>
    internal async Task<string> TriggerAsync(object request)
    {
        var id = Guid.NewGuid().ToString();
        var time = DateTimeOffset.Parse(Simulation.Now, CultureInfo.InvariantCulture);
        await PublishAsync(
            Trigger,
            request,
            ("ce-specversion", "1.0"),
            ("ce-id", id),
            ("ce-source", "//test"),
            ("ce-type", RunRequested.EventType),
            ("ce-time", Simulation.Now));
        return RunId.Create("//test", id, time);
    }

    /// <summary>Publishes a message, past the service.</summary>
    internal async Task PublishAsync(string topic, object data, params (string Name, string Value)[] attributes)
    {
        var message = new
        {
            data = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(data, JsonSerializerOptions.Web)),
            attributes = attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value),
        };
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.PostAsJsonAsync(
            new Uri(Publishing.Address, $"v1/projects/{project}/topics/{topic}:publish"),
            new { messages = new[] { message } },
            TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string sql) =>
        [.. (await Google.QueryAsync(sql, Dataset)).Select(row => JsonElement.Parse(row.ToJsonString()))];

    /// <summary>Every message that Pub/Sub accepted for the service was acknowledged in the end.</summary>
    internal Task EveryMessageIsAcknowledgedAsync() =>
        Poll.UntilAsync("every message is acknowledged", () => Task.FromResult(
        Publishing.Accepted.Where(message => !message.Value.Contains(Completed, StringComparison.Ordinal))
            .All(message => Pushes.Answers.GetValueOrDefault(message.Key) == 204)));

    private static Dictionary<string, object?> Claims(string email) => new() { ["aud"] = Audience, ["email"] = email };

    private static string SecretName(ServedAccount account) => $"{account.Vendor}-{account.Name}".ToLowerInvariant();

    private async Task ApplySchemaAsync()
    {
        var applied = await CommandAsync("schema", "apply");
        applied.ExitCode.ShouldBe(0, applied.Output + applied.Error);
    }

    private async Task CreateTopologyAsync()
    {
        foreach (var topic in (string[])[Trigger, Fetch, Completed, DeadLetter])
        {
            await PutAsync($"v1/projects/{project}/topics/{topic}", new { });
        }

        await SubscribeAsync(Trigger, "events/run-requested", isWrapped: true, DeadLetter);
        await SubscribeAsync(Fetch, "events/fetch-requested", isWrapped: false, DeadLetter);
        await SubscribeAsync(DeadLetter, "events/dead-lettered", isWrapped: true, deadLetters: null);
    }

    private Task SubscribeAsync(string topic, string path, bool isWrapped, string? deadLetters)
    {
        var push = new Dictionary<string, object> { ["pushEndpoint"] = new Uri(Pushes.Address, path).AbsoluteUri };
        if (!isWrapped)
        {
            push["noWrapper"] = new { writeMetadata = true };
        }

        var subscription = new Dictionary<string, object>
        {
            ["topic"] = $"projects/{project}/topics/{topic}",
            ["pushConfig"] = push,
            ["ackDeadlineSeconds"] = 600,
            ["retryPolicy"] = new { minimumBackoff = "0.1s", maximumBackoff = "1s" },
        };
        if (deadLetters is not null)
        {
            subscription["deadLetterPolicy"] = new
            {
                deadLetterTopic = $"projects/{project}/topics/{deadLetters}",
                maxDeliveryAttempts = 30,
            };
        }

        return PutAsync($"v1/projects/{project}/subscriptions/{topic}-push", subscription);
    }

    private async Task PutAsync(string path, object resource)
    {
        using var content = new StringContent(JsonSerializer.Serialize(resource), Encoding.UTF8, "application/json");
        using var answer = await pubSub.PutAsync(
            new Uri(emulator.RequireAddress(), path), content, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
