using EventPipeline.DeadLetters;
using EventPipeline.FanOut;
using EventPipeline.Fetch;
using EventPipeline.Google.PubSub;
using EventPipeline.Identities;
using EventPipeline.Ledger;
using EventPipeline.Load;
using EventPipeline.Messages;
using EventPipeline.Status;
using EventPipeline.Trigger;
using EventPipeline.Vendors;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventPipeline.Hosting;

/// <summary>The table of contents: every stage, in the order data flows.</summary>
internal static class EventPipelineExtensions
{
    /// <summary>
    /// What takes work gives it back within five seconds of being told to stop, the server closes within seven, and telemetry takes a second and
    /// a half more: together less than the ten seconds that Cloud Run leaves.
    /// </summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(7);

    /// <summary>Registers the service. The host adds the warehouse, says who may call, and whether its data is simulated.</summary>
    public static WebApplicationBuilder AddEventPipeline(this WebApplicationBuilder builder)
    {
        var services = builder.Services;

        services.AddEvents();                         // an event arrives, or becomes a dead letter
        services.AddScoped<FanOutHandler>();          // a run asks for many windows
        services.AddScoped<FetchHandler>();           // a window becomes records, then rows
        services.AddSingleton<AccountRegister>();     // who each account is
        services.AddSingleton<AccountKeys>();
        services.AddSingleton<AccountIdentities>();
        services.AddVendors();                        // who can be asked
        services.AddScoped<RunLedger>();              // what happened
        services.AddScoped<RunEvents>();
        services.AddScoped<RunCompletion>();
        services.AddScoped<RunStatus>();
        services.AddScoped<RunNews>();
        services.AddScoped<FreshnessReport>();
        services.AddHostedService<FreshnessWatch>();
        services.AddScoped<WindowGaveUp>(provider => provider.GetRequiredService<RunLedger>().RecordGivenUpAsync);
        services.AddScoped<LastFailure>(provider => provider.GetRequiredService<RunLedger>().FindLastFailureAsync);
        services.AddScoped<RunGaveUp>(provider => provider.GetRequiredService<RunLedger>().RecordTriggerFailedAsync);
        services.AddPubSub();                         // the edge that publishes
        services.AddScoped<PublishMessages>(provider => provider.GetRequiredService<PubSubPublisher>().PublishAsync);

        services.AddSingleton(CatalogueOf);
        services.AddSingleton(provider => new TriggerClock(provider.GetRequiredService<TimeProvider>()));
        services.AddOptionsWithValidateOnStart<RunOptions>()
            .BindSection(RunOptions.Section)
            .Validate(options => options.GapDays is >= 0 and <= 90, "Runs__GapDays takes a whole number from 0 to 90.");
        services.AddDatasets();

        services.AddSingleton(TimeProvider.System);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        services.AddProblemDetails();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // RequestRules tells the caller
        services.AddOpenApi(Describe);
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        return builder.AddTelemetry();
    }

    /// <summary>Maps the door, what people and probes ask, and the list of it all, each for whom it is.</summary>
    public static WebApplication MapEventPipeline(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseAccess();
        app.UseRequestRules();

        app.MapGroup("").RequireAuthorization(Access.Push).MapEvents();

        var operators = app.MapGroup("").RequireAuthorization(Access.Operators).HoldToWhatIsRead();
        operators.MapRunDailyJob();
        operators.MapStatus();
        operators.MapDeadLetters();
        operators.MapOpenApi();

        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new HttpMethodMetadata([HttpMethods.Get]))
            .RequireAuthorization(Access.Metrics).HoldToWhatIsRead();

        var everyone = app.MapGroup("").RequireAuthorization(Access.Everyone);
        everyone.MapGroup("").HoldToWhatIsRead().MapHealth();
        everyone.MapNotFound();
        return app;
    }

    private static void Describe(OpenApiOptions openApi)
    {
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "EventPipeline";
            document.Info.Description = "AI usage and spend, loaded every morning, exactly once.";
            return Task.CompletedTask;
        });
        openApi.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(decimal))
            {
                (schema.Type, schema.Format, schema.Pattern) = (JsonSchemaType.String, "decimal", null); // as DecimalAsString writes it
            }

            return Task.CompletedTask;
        });
    }

    private static Catalogue CatalogueOf(IServiceProvider provider)
    {
        var accounts = provider.GetRequiredService<ConfiguredAccounts>();
        return new Catalogue(
        [
            .. provider.GetServices<Vendor>().Select(vendor => new CatalogueVendor(
                vendor.Name,
                [.. vendor.Reports.Select(report => report.Name)],
                [.. accounts.For(vendor.Name).Select(account => account.Name)])),
        ]);
    }
}
