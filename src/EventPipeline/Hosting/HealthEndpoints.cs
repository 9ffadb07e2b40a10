using System.Diagnostics;
using EventPipeline.Google.PubSub;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Options;

namespace EventPipeline.Hosting;

/// <summary>Probes: alive, ready, and how every component is.</summary>
internal static partial class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly HashSet<PathString> Probes = ["/liveness", "/ready", "/health", "/metrics"];

    /// <summary>Whether a path is asked for every few seconds by a machine, and worth neither a span nor a log line.</summary>
    public static bool IsProbe(PathString path) => Probes.Contains(path);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var probes = routes.MapGroup("").WithTags("Probes");
        probes.MapGet("/liveness", () => TypedResults.Ok(new Probe("alive")))
            .WithSummary("The process is alive; touches nothing outside.");
        probes.MapGet("/ready", ReadyAsync).WithSummary("The service is ready to take work: its warehouse answers.")
            .Produces<Probe>().Produces<Probe>(StatusCodes.Status503ServiceUnavailable);
        probes.MapGet("/health", HealthAsync)
            .WithSummary("Every component with state and latency: 503 only when warehouse, publisher or secrets are down.")
            .Produces<Health>().Produces<Health>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReadyAsync(
        IWarehouse warehouse,
        IOptions<DatasetOptions> datasets,
        IHostApplicationLifetime lifetime,
        ILogger<Health> logger,
        CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return TypedResults.Json(new Probe("not ready", "The service stops."), statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        var component = await CheckAsync("warehouse", token => PingAsync(warehouse, datasets.Value.Dataset, token), logger, cancellationToken);
        return component.State == Component.Healthy
            ? TypedResults.Ok(new Probe("ready"))
            : TypedResults.Json(new Probe("not ready", component.Reason), statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> HealthAsync(
        IWarehouse warehouse,
        PubSubPublisher publisher,
        ConfiguredAccounts accounts,
        Secrets secrets,
        RunStatus status,
        IOptions<DatasetOptions> datasets,
        IEnumerable<Vendor> vendors,
        DataLabel label,
        ILogger<Health> logger,
        CancellationToken cancellationToken)
    {
        var components = new List<Component>
        {
            await CheckAsync("warehouse", token => PingAsync(warehouse, datasets.Value.Dataset, token), logger, cancellationToken),
            await CheckAsync("publisher", publisher.PingAsync, logger, cancellationToken),
            await CheckAsync("secrets", token => ResolveAsync(secrets, accounts, token), logger, cancellationToken),
        };
        var down = components.Any(component => component.State == Component.Down);
        if (components[0].State == Component.Healthy)
        {
            IReadOnlyList<Component> told = [];
            var known = await CheckAsync(
                "vendors", async token => told = await VendorsAsync(status, vendors, accounts, token), logger, cancellationToken);
            components.AddRange(known.State == Component.Healthy ? told : [known with { State = Component.Degraded }]);
        }

        var state = down ? Component.Down
            : components.Any(component => component.State == Component.Degraded) ? Component.Degraded
            : Component.Healthy;
        return TypedResults.Json(
            new Health(label.Text, state, components), statusCode: down ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    /// <summary>A vendor is reported from its last results, never asked: a probe costs the vendor nothing.</summary>
    private static async Task<IReadOnlyList<Component>> VendorsAsync(
        RunStatus status, IEnumerable<Vendor> vendors, ConfiguredAccounts accounts, CancellationToken cancellationToken)
    {
        // An account that was renamed or removed keeps its last error in the ledger and is nobody's concern any more.
        var failed = (await status.FreshnessAsync(cancellationToken))
            .Where(report => report.LastError is not null && accounts.Find(report.Vendor, report.Account) is not null)
            .ToLookup(report => report.Vendor);
        return
        [
            .. from vendor in vendors
            where accounts.For(vendor.Name).Count > 0
            let errors = failed[vendor.Name].ToList()

            // Everyone may ask: what exactly went wrong is the operators'.
            select new Component(
                $"vendor {vendor.Name}",
                errors.Count > 0 ? Component.Degraded : Component.Healthy,
                0,
                errors.Count > 0 ? $"The last result of {errors.Count} of its reports was a failure; GET /vendors says which." : null),
        ];
    }

    private static Task<IReadOnlyList<Row>> PingAsync(IWarehouse warehouse, string dataset, CancellationToken cancellationToken) =>
        warehouse.QueryAsync(dataset, Statement.Of("ping"), cancellationToken);

    /// <summary>Finds every account's key; those that were found a short while ago are not looked for again.</summary>
    private static async Task ResolveAsync(Secrets secrets, ConfiguredAccounts accounts, CancellationToken cancellationToken) =>
        await Task.WhenAll(accounts.All.Select(account => secrets.GetAsync(account, cancellationToken).AsTask()));

    private static async Task<Component> CheckAsync(
        string name, Func<CancellationToken, Task> check, ILogger logger, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await check(patience.Token);
            return new Component(name, Component.Healthy, Milliseconds(began), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Component(name, Component.Down, Milliseconds(began), $"It did not answer within {Patience.TotalSeconds:0} s.");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            HealthLog.Down(logger, failure, name);
            return new Component(name, Component.Down, Milliseconds(began), $"It failed with {failure.GetType().Name}; the log says more.");
        }
    }

    private static double Milliseconds(long began) => Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 1);

    internal sealed record Probe(string State, string? Reason = null);

    internal sealed record Health(string? Label, string State, IReadOnlyList<Component> Components);

    internal sealed record Component(string Name, string State, double LatencyMs, string? Reason)
    {
        public const string Healthy = "healthy";
        public const string Degraded = "degraded";
        public const string Down = "down";
    }

    private static partial class HealthLog
    {
        [LoggerMessage(1, LogLevel.Warning, "The component {Component} is down.")]
        public static partial void Down(ILogger logger, Exception exception, string component);
    }
}
