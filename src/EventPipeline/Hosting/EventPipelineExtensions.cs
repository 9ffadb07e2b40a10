using EventPipeline.DeadLetters;
using EventPipeline.FanOut;
using EventPipeline.Fetch;
using EventPipeline.Google.PubSub;
using EventPipeline.Identities;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Status;
using EventPipeline.Trigger;
using EventPipeline.Vendors;

namespace EventPipeline.Hosting;

/// <summary>The table of contents: every stage, in the order data flows.</summary>
internal static class EventPipelineExtensions
{
    /// <summary>
    /// Work in progress is handed back within five seconds of the stop signal, the server closes within seven, and
    /// telemetry takes another second and a half: in total less than the ten seconds that Cloud Run allows.
    /// </summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Registers the service. The host adds the warehouse and says who may call and whether its data is simulated.
    /// </summary>
    public static WebApplicationBuilder AddEventPipeline(this WebApplicationBuilder builder)
    {
        var services = builder.Services;

        services.AddEvents();          // an event arrives
        services.AddDeadLetters();     // or becomes a dead letter
        services.AddFanOut();          // a run asks for many windows
        services.AddFetch();           // a window becomes records, then rows
        services.AddIdentities();      // who each account is
        services.AddVendors();         // who can be asked
        services.AddLedger();          // what happened
        services.AddStatus();          // what people ask
        services.AddPubSub();          // the edge that publishes
        services.AddDatasets();        // where each mode's rows go

        // By default a handler is replaced after two minutes: until then a timer keeps its service in memory, even one
        // that has ended, and then every connection is made anew. Replacing connections is enough to notice new
        // addresses.
        services.ConfigureHttpClientDefaults(client => client
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler((handler, _) => handler.PooledConnectionLifetime = ConnectionLifetime));
        services.AddHealth();
        services.AddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        services.AddProblemDetails();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // RequestRules reports it
        services.AddOpenApi(ApiDescription.Describe);
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        return builder.AddTelemetry();
    }

    /// <summary>
    /// Maps the door, the endpoints for people and probes, and the list of them all, each for its own callers.
    /// </summary>
    public static WebApplication MapEventPipeline(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseAccess();
        app.UseRequestRules();

        app.MapGroup("").RequireAuthorization(Access.Push).MapEvents();

        var operators = app.MapGroup("").RequireAuthorization(Access.Operators).HoldToWhatIsRead();
        operators.MapRunDailyJob();
        operators.MapRuns();
        operators.MapStatus();
        operators.MapSlices();
        operators.MapDeadLetters();
        operators.MapOpenApi();

        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new HttpMethodMetadata([HttpMethods.Get]))
            .RequireAuthorization(Access.Metrics).HoldToWhatIsRead();

        var everyone = app.MapGroup("").RequireAuthorization(Access.Everyone);
        everyone.MapGroup("").HoldToWhatIsRead().MapHealth();
        everyone.MapNotFound();
        return app;
    }
}
