using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EventPipeline.Hosting;

/// <summary>Probes: liveness, readiness and the state of every component.</summary>
internal static partial class HealthEndpoints
{
    private static readonly HashSet<PathString> Probes = ["/liveness", "/ready", "/health", "/metrics"];

    /// <summary>
    /// Whether a path is polled by a machine every few seconds and deserves neither a span nor a log line.
    /// </summary>
    public static bool IsProbe(PathString path) => Probes.Contains(path);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var probes = routes.MapGroup("").WithTags("Probes");
        probes.MapGet("/liveness", () => TypedResults.Ok(new Probe("alive"))).WithName("isAlive")
            .WithSummary("The process is alive; calls nothing external.");
        probes.MapGet("/ready", ReadyAsync).WithName("isReady")
            .WithSummary("The service is ready to take work: its warehouse answers.")
            .Produces<Probe>().Produces<Probe>(StatusCodes.Status503ServiceUnavailable);
        probes.MapGet("/health", HealthAsync).WithName("getHealth")
            .WithSummary(
                "Every component with state and latency: 503 only when warehouse, publisher or secrets are down.")
            .Produces<Health>().Produces<Health>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReadyAsync(
        HealthCheckService checks,
        IHostApplicationLifetime lifetime,
        ILogger<Health> logger,
        CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return NotReady("The service is shutting down.");
        }

        var report = await checks.CheckHealthAsync(check => check.Name == WarehouseCheck.Name, cancellationToken);
        var warehouse = ComponentOf(WarehouseCheck.Name, report, logger);
        return warehouse.State == Component.Healthy ? TypedResults.Ok(new Probe("ready")) : NotReady(warehouse.Reason);
    }

    private static async Task<IResult> HealthAsync(
        HealthCheckService checks, DataLabel label, ILogger<Health> logger, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(check => check.Name != VendorsCheck.Name, cancellationToken);
        List<Component> components =
        [
            ComponentOf(WarehouseCheck.Name, report, logger),
            ComponentOf(PublisherCheck.Name, report, logger),
            ComponentOf(SecretsCheck.Name, report, logger),
        ];
        var down = components.Any(component => component.State == Component.Down);
        if (components[0].State == Component.Healthy)
        {
            var results = await checks.CheckHealthAsync(check => check.Name == VendorsCheck.Name, cancellationToken);
            components.AddRange(VendorsOf(results, logger));
        }

        var state = down ? Component.Down
            : components.Any(component => component.State == Component.Degraded) ? Component.Degraded
            : Component.Healthy;
        return TypedResults.Json(
            new Health(label.Text, state, components),
            statusCode: down ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    private static IEnumerable<Component> VendorsOf(HealthReport report, ILogger logger)
    {
        var known = ComponentOf(VendorsCheck.Name, report, logger);
        return known.State != Component.Healthy
            ? [known]
            : report.Entries[VendorsCheck.Name].Data.Select(vendor => VendorOf(vendor.Key, (int)vendor.Value));
    }

    // Everyone may ask: details are for operators only.
    private static Component VendorOf(string vendor, int failed) => new(
        $"vendor {vendor}",
        failed > 0 ? Component.Degraded : Component.Healthy,
        0,
        failed > 0 ? $"The last read of {failed} of its reports failed; GET /vendors shows which." : null);

    private static Component ComponentOf(string name, HealthReport report, ILogger logger)
    {
        var entry = report.Entries[name];
        var state = entry.Status switch
        {
            HealthStatus.Healthy => Component.Healthy,
            HealthStatus.Degraded => Component.Degraded,
            _ => Component.Down,
        };
        var latency = Math.Round(entry.Duration.TotalMilliseconds, 1);
        return new Component(name, state, latency, ReasonOf(name, entry.Exception, logger));
    }

    private static string? ReasonOf(string name, Exception? failure, ILogger logger)
    {
        if (failure is null)
        {
            return null;
        }

        if (failure is OperationCanceledException)
        {
            return $"It did not answer within {HealthServiceCollectionExtensions.Patience.TotalSeconds:0} s.";
        }

        HealthLog.Down(logger, failure, name);
        return $"It failed with {failure.GetType().Name}; see the log for details.";
    }

    private static JsonHttpResult<Probe> NotReady(string? reason) =>
        TypedResults.Json(new Probe("not ready", reason), statusCode: StatusCodes.Status503ServiceUnavailable);

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
