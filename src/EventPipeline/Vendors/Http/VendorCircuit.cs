using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace EventPipeline.Vendors.Http;

/// <summary>
/// Stops asking a host that answers nobody, so that its windows fail at once and leave room for other vendors': each
/// would wait out its attempt otherwise. One answer to any account, even a refusal, shows that the host is there.
/// </summary>
internal static partial class VendorCircuit
{
    // More than one request is tried in its attempt; fewer than an instance has windows at work.
    private const int Unanswered = 10;
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Adds a circuit for each host; after a pause one request finds out whether the host is back.
    /// </summary>
    public static IHttpClientBuilder AddCircuit(this IHttpClientBuilder builder)
    {
        builder.AddResilienceHandler("circuit", (pipeline, context) =>
        {
            var logger = context.ServiceProvider.GetRequiredService<ILogger<VendorApi>>();
            pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
            pipeline.AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
            {
                FailureRatio = 1,
                MinimumThroughput = Unanswered,
                SamplingDuration = Within,
                BreakDuration = Pause,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is HttpRequestException or TimeoutRejectedException),
                OnOpened = args =>
                {
                    var host = args.Context.GetRequestMessage()?.RequestUri?.Host;
                    CircuitLog.Opened(logger, args.Outcome.Exception, host, Pause.TotalSeconds);
                    return ValueTask.CompletedTask;
                },
                OnClosed = args =>
                {
                    CircuitLog.Closed(logger, args.Context.GetRequestMessage()?.RequestUri?.Host);
                    return ValueTask.CompletedTask;
                },
            });
        }).SelectPipelineByAuthority();
        return builder;
    }

    private static partial class CircuitLog
    {
        [LoggerMessage(1, LogLevel.Warning,
            "{Host} has answered none of the last requests. It is not asked for {Seconds} s, and its windows are "
            + "tried again later.",
            EventName = "vendor.unanswered")]
        public static partial void Opened(ILogger logger, Exception? exception, string? host, double seconds);

        [LoggerMessage(2, LogLevel.Information, "{Host} answers again.", EventName = "vendor.answers")]
        public static partial void Closed(ILogger logger, string? host);
    }
}
