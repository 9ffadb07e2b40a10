using EventPipeline.DeadLetters;
using EventPipeline.FanOut;
using EventPipeline.Fetch;
using EventPipeline.Messages;
using EventPipeline.Telemetry;

namespace EventPipeline.Trigger;

internal static class TriggerServiceCollectionExtensions
{
    /// <summary>
    /// The door and the dead letters. From others it wants <see cref="FanOutHandler"/>, <see cref="FetchHandler"/>, <see cref="Catalogue"/>,
    /// <see cref="PublishMessages"/>, <see cref="WindowGaveUp"/>, <see cref="LastFailure"/>, the warehouse with its options, and the clock.
    /// </summary>
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddPipelineMetrics()
        .AddScoped<EventDispatcher>()
        .AddScoped(provider => new EventHandlers(
            (message, received, cancellationToken) => provider.GetRequiredService<FanOutHandler>().HandleAsync(message, received, cancellationToken),
            (message, received, cancellationToken) => provider.GetRequiredService<FetchHandler>().HandleAsync(message, received, cancellationToken),
            (arrival, unreadable, cancellationToken) => provider.GetRequiredService<DeadLetterHandler>().HandleAsync(arrival, unreadable, cancellationToken)))
        .AddScoped<DeadLetterHandler>()
        .AddScoped<DeadLetterPublisher>()
        .AddScoped<DeadLetterReplayer>()
        .AddScoped<DeadLetterStore>();
}
