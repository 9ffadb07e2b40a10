using EventPipeline.GoogleStandIn;
using EventPipeline.GoogleStandIn.Bills;
using EventPipeline.GoogleStandIn.Control;
using EventPipeline.GoogleStandIn.Faults;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Loads;
using EventPipeline.GoogleStandIn.Metadata;
using EventPipeline.GoogleStandIn.Queries;
using EventPipeline.GoogleStandIn.Quotas;
using EventPipeline.GoogleStandIn.Secrets;
using EventPipeline.GoogleStandIn.Storage;
using EventPipeline.GoogleStandIn.Tables;
using EventPipeline.GoogleStandIn.Tokens;
using EventPipeline.GoogleStandIn.Uploads;

if (Settings.Parse(args) is not { } settings)
{
    await Console.Error.WriteLineAsync(Settings.Usage);
    return 2;
}

Directory.CreateDirectory(settings.DataFolder);
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders()
    .SetMinimumLevel(LogLevel.Warning)
    .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
builder.WebHost.UseUrls($"http://127.0.0.1:{settings.Port}").ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Limits.MinRequestBodyDataRate = null;
});

builder.Services.AddSingleton(settings).AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<Database>()
    .AddSingleton<Catalog>()
    .AddSingleton<Definitions>()
    .AddSingleton<TableEndpoints>();
builder.Services.AddSingleton<JobStore>()
    .AddSingleton<JobRunner>()
    .AddSingleton<JobEndpoints>()
    .AddSingleton<LoadRunner>();
builder.Services.AddSingleton<QueryRunner>().AddSingleton<ResultFiles>().AddSingleton<QueryEndpoints>();
builder.Services.AddSingleton<UploadStore>().AddSingleton<UploadEndpoints>();
builder.Services.AddSingleton<SecretEndpoints>().AddSingleton<MetadataEndpoints>().AddSingleton<CertificateEndpoints>();
builder.Services.AddSingleton<AccessTokens>().AddSingleton<SigningKeys>().AddSingleton<TokenIssuer>();
builder.Services.AddSingleton<CurrentLimits>()
    .AddSingleton<TableQuotas>()
    .AddSingleton<JobQuotas>()
    .AddSingleton<RequestQuotas>()
    .AddSingleton<QuotaReport>();
builder.Services.AddSingleton<Blueprint>().AddSingleton<ArrangedSizes>().AddSingleton<Billing>();
builder.Services.AddSingleton<FaultBox>().AddSingleton<RequestLog>().AddSingleton<Costs>()
    .AddSingleton<ControlEndpoints>();
builder.Services.AddHostedService(services => services.GetRequiredService<JobRunner>());

await using var app = builder.Build();
var door = new Door(
    app,
    settings,
    Get<AccessTokens>(),
    Get<FaultBox>(),
    Get<RequestLog>(),
    Get<RequestQuotas>(),
    Get<CurrentLimits>());
Get<TableEndpoints>().Map(door);
Get<JobEndpoints>().Map(door);
Get<QueryEndpoints>().Map(door);
Get<UploadEndpoints>().Map(door);
Get<SecretEndpoints>().Map(door);
Get<MetadataEndpoints>().Map(door);
Get<CertificateEndpoints>().Map(door);
Get<ControlEndpoints>().Map(app);
app.MapFallback(
    "{*path}", (HttpRequest request) => Answer.Error(GoogleException.NotHere($"{request.Method} {request.Path}")));

await app.StartAsync();
Console.WriteLine($"Listening on {app.Urls.First()}");
await app.WaitForShutdownAsync();
return 0;

T Get<T>()
    where T : notnull => app.Services.GetRequiredService<T>();
