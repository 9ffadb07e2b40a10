using EventPipeline.DeadLetters;

namespace EventPipeline.Ledger;

internal static class LedgerServiceCollectionExtensions
{
    /// <summary>Registers what writes down what happened and tells it, and what dead letters ask of it.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services) => services
        .AddScoped<RunLedger>()
        .AddScoped<RunEvents>()
        .AddScoped<RunCompletion>()
        .AddScoped<RunStatus>()
        .AddScoped<RunNews>()
        .AddScoped<FreshnessReport>()
        .AddHostedService<FreshnessWatch>()
        .AddScoped<WindowGaveUp>(provider => provider.GetRequiredService<RunLedger>().RecordGivenUpAsync)
        .AddScoped<LastFailure>(provider => provider.GetRequiredService<RunLedger>().FindLastFailureAsync)
        .AddScoped<RunGaveUp>(provider => provider.GetRequiredService<RunLedger>().RecordTriggerFailedAsync);
}
