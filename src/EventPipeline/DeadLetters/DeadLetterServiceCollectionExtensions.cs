using EventPipeline.Messages;
using EventPipeline.Telemetry;

namespace EventPipeline.DeadLetters;

internal static class DeadLetterServiceCollectionExtensions
{
    /// <summary>
    /// Keeps what could not be processed. It needs <see cref="PublishMessages"/>, <see cref="WindowGaveUp"/>,
    /// <see cref="WindowRenewed"/>, <see cref="RunGaveUp"/>, <see cref="LastFailure"/>, the warehouse with its options,
    /// and the clock.
    /// </summary>
    public static IServiceCollection AddDeadLetters(this IServiceCollection services) => services
        .AddPipelineMetrics()
        .AddScoped<DeadLetterHandler>()
        .AddScoped<UntriedMessages>()
        .AddScoped<DeadLetterPublisher>()
        .AddScoped<DeadLetterReplayer>()
        .AddScoped<DeadLetterStore>();
}
