using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EventPipeline.Identities;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Local.Broker;
using EventPipeline.Local.DuckDb;
using EventPipeline.Local.Service;
using EventPipeline.Local.Shared;
using EventPipeline.Messages;
using EventPipeline.Tests.Broker;
using EventPipeline.Tests.DuckDb;
using EventPipeline.Tests.Trigger;
using EventPipeline.Vendors.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventPipeline.Tests.Service;

/// <summary>
/// The whole service over HTTP, with its DuckDB file and its broker, reading a <see cref="VendorServer"/>. Its triggers
/// are of noon of <see cref="Today"/>, so that no test meets midnight.
/// </summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    /// <summary>
    /// The trait of every class whose tests start the whole service: they are the larger part of the time, and not
    /// units.
    /// </summary>
    public const string Part = "part";
    public const string Whole = "service";

    public const string Organization = "12345678-1234-5678-1234-567812345678";
    public const string Key = "sk-ant-admin01-a-test-key";

    private readonly LocalService _service;
    private readonly TemporaryFolder? _folder;
    private bool _isStopped;

    private ServiceHost(
        LocalService service, VendorServer vendor, LogLines log, TemporaryFolder? folder, DateOnly today)
    {
        (_service, Vendor, Log, _folder, Today) = (service, vendor, log, folder, today);

        // The caller is somebody else: it has no part in the service's traces.
        Http = new HttpClient(
            new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = service.Address };
    }

    /// <summary>The tables of a dataset.</summary>
    public static readonly string[] Tables =
    [
        "usage_versions", "usage_event_versions", "cost_versions", "activity_versions", "seat_versions",
        "entity_versions", "raw_page", "slice_versions", "account_identity", "person_history", "price_history",
        "budget_history", "anomaly",
        "run_events", "dead_letter",
    ];

    public static readonly (string Vendor, string Name, string Secret)[] Acme =
    [
        ("Anthropic", "acme", Key),
        ("OpenAI", "acme", "sk-admin-a-test-key"),
    ];

    public VendorServer Vendor { get; }

    public LogLines Log { get; }

    public HttpClient Http { get; }

    /// <summary>The day of its triggers.</summary>
    public DateOnly Today { get; }

    public DateOnly Yesterday => Today.AddDays(-1);

    /// <summary>The DuckDB file.</summary>
    internal DuckDbFile File => _service.Services.GetRequiredService<DuckDbWarehouse>().File;

    public InterceptedWarehouse Warehouse => (InterceptedWarehouse)_service.Services.GetRequiredService<IWarehouse>();

    /// <summary>The vendors of <see cref="Acme"/>, an account each.</summary>
    public IEnumerable<Vendor> Vendors => _service.Services.GetServices<Vendor>()
        .Where(vendor => Acme.Any(account => account.Vendor == vendor.Section));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts a service and a vendor of its own.</summary>
    /// <param name="folder">A data folder that outlives it; null for one of its own.</param>
    /// <param name="accounts">Who is read; null for <see cref="Acme"/>.</param>
    /// <param name="configure">What else is different; null for nothing.</param>
    public static async Task<ServiceHost> StartAsync(
        TemporaryFolder? folder = null,
        (string Vendor, string Name, string Secret)[]? accounts = null,
        Action<WebApplicationBuilder>? configure = null)
    {
        TestContext.Current.TestClass!.Traits.ShouldContainKey(
            Part, "A class that starts the whole service says so: [Trait(ServiceHost.Part, ServiceHost.Whole)].");
        var vendor = await VendorServer.StartAsync();
        vendor.On("/v1/organizations/me", $$"""{"id":"{{Organization}}","name":"Acme","type":"organization"}""");
        var log = new LogLines();
        var own = folder is null ? new TemporaryFolder() : null;
        var data = DataFolder.Open((folder ?? own)!.Path, simulated: false);
        WarehouseTemplate.CopyTo(data.Path);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var service = await LocalService.StartAsync(
            data,
            data.TryLock()!,
            new LocalSettings(null, 1, new DateTimeOffset(today, new TimeOnly(12, 0), TimeSpan.Zero)),
            0,
            LogLevel.Trace,
            builder =>
            {
                Configure(builder, vendor.Address, log, accounts ?? Acme);
                configure?.Invoke(builder);
            },
            Cancellation);
        return new ServiceHost(service, vendor, log, own, today);
    }

    /// <summary>Asks for a run by hand and waits until nothing is left to do.</summary>
    public async Task<RunDocument> RunAsync(string body = "{}")
    {
        var runId = await RequestAsync(body);
        await IdleAsync();
        return await RunOfAsync(runId);
    }

    /// <summary>Asks for one report of one vendor, and waits for nothing.</summary>
    /// <returns>The run's id.</returns>
    public Task<string> RequestAsync(string vendor, string report, DateOnly from, DateOnly to, string more = "") =>
        RequestAsync(BodyOf(vendor, report, from, to, more));

    private async Task<string> RequestAsync(string body)
    {
        using var answer = await PostAsync("run-daily-job", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancellation));
        return answer.Headers.Location!.OriginalString.Split('/')[^1];
    }

    private static string BodyOf(string vendor, string report, DateOnly from, DateOnly to, string more = "") =>
        $$"""{"vendors":["{{vendor}}"],"reports":["{{report}}"],"from":"{{from.Text()}}","to":"{{to.Text()}}"{{more}}}""";

    /// <summary>Asks for one report of one vendor, from one day to another.</summary>
    public Task<RunDocument> RunAsync(string vendor, string report, DateOnly from, DateOnly to, string more = "") =>
        RunAsync(BodyOf(vendor, report, from, to, more));

    /// <summary>
    /// Asks for one report of one vendor by a trigger of a day of its own, and waits until nothing is left to do.
    /// </summary>
    public async Task<RunDocument> PushedRunAsync(string today, string vendor, string report, string from, string to)
    {
        var (id, time) = (
            Guid.NewGuid().ToString(),
            DateTimeOffset.Parse($"{today}T06:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        (await PushTriggerAsync(
            $$"""{"vendors":["{{vendor}}"],"reports":["{{report}}"],"from":"{{from}}","to":"{{to}}"}""",
            id,
            ("ce-specversion", "1.0"),
            ("ce-id", id),
            ("ce-source", "//test"),
            ("ce-type", Pushes.RunType),
            ("ce-time", $"{today}T06:00:00Z")))
            .ShouldBe(HttpStatusCode.NoContent);
        await IdleAsync();
        return await RunOfAsync(RunId.Create("//test", id, time));
    }

    /// <summary>Asks for one report of one vendor and one day, and gives the only window.</summary>
    public async Task<WindowDocument> WindowAsync(string vendor, string report, DateOnly day, string more = "") =>
        (await RunAsync(vendor, report, day, day, more)).Windows
            .Single(window => window.From <= day && day <= window.To);

    public async Task<RunDocument> RunOfAsync(string runId) =>
        (
            await Http.GetFromJsonAsync<RunDocument>(
                new Uri($"runs/{runId}", UriKind.Relative), ApiJson.Options, Cancellation))!;

    public async Task<JsonElement> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        answer.StatusCode.ShouldBe(expected, path);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    public async Task<HttpResponseMessage> PostAsync(
        string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8),
        };
        request.Content.Headers.ContentType = null;
        foreach (var (name, value) in
            headers.Append(("content-type", "application/json")).DistinctBy(header => header.Item1))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await Http.SendAsync(request, Cancellation);
    }

    /// <summary>Pushes a trigger as Pub/Sub does, wrapped.</summary>
    public async Task<HttpStatusCode> PushTriggerAsync(
        string? body, string id, params (string Name, string Value)[] attributes)
    {
        using var answer = await PostAsync("events/run-requested", Pushes.Wrapped(body, id, attributes));
        return answer.StatusCode;
    }

    /// <summary>Pushes a fetch request as Pub/Sub does, unwrapped.</summary>
    public async Task<HttpStatusCode> PushFetchAsync(
        string runId,
        string vendor,
        string report,
        DateOnly from,
        DateOnly to,
        string mode = "production",
        string account = "acme",
        string more = "",
        bool isReplay = false,
        DateTimeOffset? published = null)
    {
        using var answer = await PostAsync(
            "events/fetch-requested",
            $$"""{"runId":"{{runId}}","mode":"{{mode}}","vendor":"{{vendor}}","account":"{{account}}","report":"{{report}}","from":"{{from:yyyy-MM-dd}}","to":"{{to:yyyy-MM-dd}}"{{more}}}""",
            ("ce-specversion", "1.0"),
            ("ce-id", $"{runId}.{vendor}.{report}.{from:yyyyMMdd}"),
            ("ce-source", "//eventpipeline"),
            ("ce-type", Pushes.FetchType),
            ("x-goog-pubsub-message-id", "77"),
            ("x-goog-pubsub-subscription-name", "projects/local/subscriptions/eventpipeline-fetch-push"),
            isReplay ? ("ce-replays", "1") : ("x-nothing", ""),
            published is { } at ? ("x-goog-pubsub-publish-time", $"{at.UtcDateTime:O}") : ("x-nothing-either", ""));
        return answer.StatusCode;
    }

    /// <summary>Now, on the service's clock, UTC.</summary>
    public DateTimeOffset Now => _service.Services.GetRequiredService<TimeProvider>().GetUtcNow();

    /// <summary>Records an event of a run that is about no window, as if it had happened then.</summary>
    public async Task RecordAsync(string runId, string name, DateTimeOffset at, string mode = "production")
    {
        await using var scope = _service.Services.CreateAsyncScope();
        RunModeNames.TryParse(mode, out var known).ShouldBeTrue();
        var events = scope.ServiceProvider.GetRequiredService<RunEvents>();
        var row = events.Create(runId, name, known);
        row["recorded_at"] = at;
        await events.AppendAsync(known, "test", [row], Cancellation);
    }

    /// <summary>
    /// Leaves of a run what there would be if a message of one window had been lost, and everything else had happened
    /// some time before it did.
    /// </summary>
    public async Task ForgetEndAsync(string runId, DateOnly from, TimeSpan earlier)
    {
        var warehouse = _service.Services.GetRequiredService<DuckDbWarehouse>();
        var (where, back) = ($"WHERE run_id = '{runId}'", $"INTERVAL {earlier.TotalHours} HOUR");
        string[] statements =
        [
            $"DELETE FROM {{dataset}}.run_events {where} AND event IN ('completing', 'completed')",
            $"DELETE FROM {{dataset}}.slice_versions {where} AND usage_date < DATE '{from.AddDays(31).Text()}'",
            $"UPDATE {{dataset}}.run_events SET recorded_at = recorded_at - {back} {where}",
            $"UPDATE {{dataset}}.slice_versions SET committed_at = committed_at - {back} {where}",
        ];
        foreach (var (sql, i) in statements.Select((sql, i) => (sql, i)))
        {
            await warehouse.ExecuteAsync(
                "ai_usage_analytics",
                $"forget_{runId}_{i}",
                new Statement("forget", sql, new Dictionary<string, object?>()),
                Cancellation);
        }
    }

    /// <summary>Waits until every message was acknowledged.</summary>
    public Task IdleAsync() => _service.Services.GetRequiredService<LocalBroker>().WaitUntilIdleAsync(Cancellation);

    /// <summary>Asks the DuckDB file, the production dataset first.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<object?>>> AskAsync(string sql) =>
        (await _service.Services.GetRequiredService<DuckDbWarehouse>().AskAsync(sql, Cancellation)).Rows;

    /// <summary>
    /// Lets every committed slice of a name stand under another id too, as earlier versions did when a vendor told its
    /// id on some days only.
    /// </summary>
    public async Task StandAlsoAsAsync(string account, string accountId)
    {
        foreach (var (table, key) in new[] { ("slice_versions", "account"), ("cost_versions", "vendor") })
        {
            await _service.Services.GetRequiredService<IWarehouse>().ExecuteAsync(
                "ai_usage_analytics",
                $"also_{table}",
                new Statement(
                    "stand_also_as",
                    $"INSERT INTO {{dataset}}.{table} SELECT * REPLACE (@account_id AS account_id) FROM "
                        + $"{{dataset}}.{table} WHERE {key} = @key",
                    new Dictionary<string, object?>
                    {
                        ["account_id"] = accountId,
                        ["key"] = key == "account" ? account : "anthropic",
                    }),
                Cancellation);
        }
    }

    /// <summary>Lets an id count as another.</summary>
    public Task MergeAsync(string vendor, string from, string into) =>
        _service.Services.GetRequiredService<AccountRegister>()
            .MergeAsync("ai_usage_analytics", vendor, [from], into, Cancellation);

    /// <summary>The one value of a query.</summary>
    public async Task<object?> ValueAsync(string sql) =>
        (await AskAsync(sql)).ShouldHaveSingleItem().ShouldHaveSingleItem();

    public async Task<long> CountAsync(string from) => (long)(await ValueAsync($"SELECT COUNT(*) FROM {from}"))!;

    /// <summary>
    /// Stops the service, after which everything it had in hand has ended: a request's span ends after its answer was
    /// read.
    /// </summary>
    public async Task StopAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await _service.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await StopAsync();
        await Vendor.DisposeAsync();
        _folder?.Dispose();
        Vendor.NotArranged.ShouldBeEmpty();
    }

    private static void Configure(
        WebApplicationBuilder builder, Uri vendor, LogLines log, (string Vendor, string Name, string Secret)[] accounts)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Runs:GapDays"] = "0",
            ["Test:Vendor"] = vendor.AbsoluteUri,
            ["Broker:MinimumBackoff"] = "00:00:00",
            ["Broker:MaximumBackoff"] = "00:00:00",
            ["Broker:MaxDeliveryAttempts"] = "2",
        };
        foreach (var (section, list) in
            accounts.GroupBy(account => account.Vendor).Select(group => (group.Key, group.ToList())))
        {
            settings[$"Vendors:{section}:BaseAddress"] = vendor.AbsoluteUri;
            foreach (var (account, index) in list.Select((account, index) => (account, index)))
            {
                var variable = $"EVENTPIPELINE_TEST_{Guid.NewGuid():N}";
                Environment.SetEnvironmentVariable(variable, account.Secret);
                settings[$"Vendors:{section}:Accounts:{index}:Name"] = account.Name;
                settings[$"Vendors:{section}:Accounts:{index}:Secret"] = $"env:{variable}";
            }
        }

        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(new HurriedTime());
        builder.Services.AddSingleton<IWarehouse>(
            provider => new InterceptedWarehouse(provider.GetRequiredService<DuckDbWarehouse>()));
    }
}

/// <summary>One service for the tests of a class; each test takes days of its own.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    internal ServiceHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await ServiceHost.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
