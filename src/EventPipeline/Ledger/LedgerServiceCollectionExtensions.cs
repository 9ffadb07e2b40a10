using EventPipeline.Anomalies;
using EventPipeline.DeadLetters;

namespace EventPipeline.Ledger;

internal static class LedgerServiceCollectionExtensions
{
    /// <summary>Registers what records and reports what happened, and what dead letters need from it.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services) => services
        .AddSingleton<KnownRuns>()
        .AddScoped<RunLedger>()
        .AddScoped<RunEvents>()
        .AddScoped<RunCompletion>()
        .AddScoped<RunDocuments>()
        .AddScoped<RunDecisions>()
        .AddScoped<UnfinishedRuns>()
        .AddScoped<RunPlans>()
        .AddScoped<Backlog>()
        .AddScoped<ReportRefusals>()
        .AddScoped<RunStatus>()
        .AddScoped<RunNews>()
        .AddScoped<FreshnessReport>()
        .AddScoped<AnomalyWatch>()
        .AddHostedService<FreshnessWatch>()
        .AddScoped<WindowGaveUp>(provider => provider.GetRequiredService<RunLedger>().RecordGivenUpAsync)
        .AddScoped<WindowRenewed>(provider => provider.GetRequiredService<RunLedger>().RecordRenewedAsync)
        .AddScoped<LastFailure>(provider => provider.GetRequiredService<RunLedger>().FindLastFailureAsync)
        .AddScoped<RunGaveUp>(provider => provider.GetRequiredService<UnfinishedRuns>().RecordTriggerFailedAsync);
}
