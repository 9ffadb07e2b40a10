using System.Diagnostics;
using System.Globalization;
using System.Net;
using EventPipeline.Telemetry;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace EventPipeline.Vendors;

/// <summary>
/// How vendors are asked again: <c>Retry-After</c> first, minutes long too, otherwise exponential backoff with jitter and a cap; never past
/// the attempt's deadline, which travels with the request. One account's requests hold off together.
/// </summary>
internal static class VendorResilience
{
    /// <summary>When the attempt must have ended, UTC.</summary>
    public static readonly HttpRequestOptionsKey<DateTimeOffset> Deadline = new("EventPipeline.Deadline");

    /// <summary>Whose request it is: <c>vendor/account</c>.</summary>
    public static readonly HttpRequestOptionsKey<string> Account = new("EventPipeline.Account");

    private const int MostRetries = 5;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(100);

    /// <summary>Whether a status may pass: 408, 429 and every 5xx, Anthropic's 529 with them.</summary>
    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    /// <summary>Adds retries, the account's hold-off and the time limit of one try, from the outside in.</summary>
    public static IHttpClientBuilder AddVendorResilience(this IHttpClientBuilder builder)
    {
        builder.Services.AddSingleton<HoldOff>();
        builder.ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan);
        builder.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            // A redirect would carry the credential to another host.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),

            // Which run asks is no vendor's business; the spans are made all the same.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        });
        builder.AddResilienceHandler("retry", (pipeline, context) => pipeline.AddRetries(
            Time(context.ServiceProvider), context.ServiceProvider.GetRequiredService<PipelineMetrics>()));
        builder.AddHttpMessageHandler(services => new HoldOffHandler(services.GetRequiredService<HoldOff>(), Time(services)));
        builder.AddResilienceHandler("try", (pipeline, context) => pipeline.AddHeaderTimeout(Time(context.ServiceProvider)));
        return builder;
    }

    private static void AddRetries(this ResiliencePipelineBuilder<HttpResponseMessage> pipeline, TimeProvider time, PipelineMetrics metrics)
    {
        pipeline.TimeProvider = time;
        pipeline.AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = MostRetries,
            ShouldRetryAfterHeader = false,
            ShouldHandle = args => ValueTask.FromResult(
                IsTransient(args.Outcome) && LongestWait(args.Outcome, args.AttemptNumber, time) < Left(args.Context, time)),
            DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(
                AskedWait(args.Outcome, args.AttemptNumber, time) ?? (Backoff(args.AttemptNumber) * (0.5 + (Random.Shared.NextDouble() / 2)))),
            OnRetry = args =>
            {
                var account = args.Context.GetRequestMessage() is { } request && request.Options.TryGetValue(Account, out var name) ? name : "";
                metrics.Retried(account, args.Outcome.Result is { } response
                    ? ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)
                    : args.Outcome.Exception!.GetType().Name);
                return ValueTask.CompletedTask;
            },
        });
    }

    private static void AddHeaderTimeout(this ResiliencePipelineBuilder<HttpResponseMessage> pipeline, TimeProvider time)
    {
        pipeline.TimeProvider = time;
        pipeline.AddTimeout(new TimeoutStrategyOptions
        {
            TimeoutGenerator = args =>
            {
                var left = Left(args.Context, time);
                return ValueTask.FromResult(
                    left >= HeaderTimeout ? HeaderTimeout : left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1));
            },
        });
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Result: { } response } => IsTransient(response.StatusCode),
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        _ => false,
    };

    private static TimeSpan LongestWait(Outcome<HttpResponseMessage> outcome, int attempt, TimeProvider time) =>
        AskedWait(outcome, attempt, time) ?? Backoff(attempt);

    private static TimeSpan? AskedWait(Outcome<HttpResponseMessage> outcome, int attempt, TimeProvider time)
    {
        if (outcome.Result is not { } response)
        {
            return null;
        }

        var now = time.GetUtcNow();
        if (RetryAfter.Of(response, now) is { } wait)
        {
            return wait < ShortestWait ? ShortestWait : wait;
        }

        // On Anthropic's reports this time can lie in the past, and it is advice at best: it may lengthen the backoff, within its cap.
        var reset = response.Headers.TryGetValues("anthropic-ratelimit-requests-reset", out var values)
            ? Rfc3339.Read(values.First()) - now
            : null;
        return reset > Backoff(attempt) ? (reset < LongestBackoff ? reset : LongestBackoff) : null;
    }

    private static TimeSpan Backoff(int attempt)
    {
        var seconds = Math.Min(Math.Pow(2, attempt), LongestBackoff.TotalSeconds);
        return TimeSpan.FromSeconds(seconds);
    }

    private static TimeSpan Left(ResilienceContext context, TimeProvider time) =>
        context.GetRequestMessage() is { } request && request.Options.TryGetValue(Deadline, out var deadline)
            ? deadline - time.GetUtcNow()
            : TimeSpan.MaxValue;

    private static TimeProvider Time(IServiceProvider services) => services.GetRequiredService<TimeProvider>();
}
