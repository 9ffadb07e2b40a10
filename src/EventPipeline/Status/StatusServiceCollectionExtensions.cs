using EventPipeline.DeadLetters;
using EventPipeline.Ledger;

namespace EventPipeline.Status;

internal static class StatusServiceCollectionExtensions
{
    /// <summary>
    /// Registers what people ask over HTTP. It needs <see cref="RunLedger"/>, <see cref="RunStatus"/>,
    /// <see cref="DeadLetterStore"/>, <see cref="DeadLetterReplayer"/>, and the clock.
    /// </summary>
    public static IServiceCollection AddStatus(this IServiceCollection services) =>
        services.AddSingleton(provider => new TriggerClock(provider.GetRequiredService<TimeProvider>()));
}
