using EventPipeline.DeadLetters;
using EventPipeline.FanOut;
using EventPipeline.Fetch;
using EventPipeline.Messages;

namespace EventPipeline.Trigger;

internal static class TriggerServiceCollectionExtensions
{
    /// <summary>
    /// Registers the door. It needs <see cref="FanOutHandler"/>, <see cref="FetchGate"/>,
    /// <see cref="DeadLetterHandler"/>, <see cref="DeadLetterPublisher"/>, the <see cref="Catalogue"/> and the clock. A
    /// handler is created only when there is something for it.
    /// </summary>
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddScoped(provider => new EventDispatcher(
            provider.GetRequiredService<Catalogue>(),
            (run, received, stop) => provider.GetRequiredService<FanOutHandler>().HandleAsync(run, received, stop),
            (fetch, received, stop) => provider.GetRequiredService<FetchGate>().HandleAsync(fetch, received, stop),
            (arrival, stop) => provider.GetRequiredService<DeadLetterHandler>().HandleAsync(arrival, stop)));
}
