using System.Diagnostics;
using System.Globalization;
using System.Net;
using EventPipeline.Telemetry;
using EventPipeline.Vendors.Contract;
using EventPipeline.Vendors.Protocol;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace EventPipeline.Vendors.Http;

/// <summary>
/// How requests to vendors are retried: <c>Retry-After</c> first, even if minutes long, otherwise exponential backoff
/// with jitter and a cap; never past the attempt's deadline, which travels with the request. What fails is tried six
/// times; a 429 is not a failure but <see cref="BackPressure"/>.
/// </summary>
internal static class VendorResilience
{
    /// <summary>When the attempt must have ended, UTC.</summary>
    public static readonly HttpRequestOptionsKey<DateTimeOffset> Deadline = new("EventPipeline.Deadline");

    /// <summary>Whose request it is: <c>vendor/account</c>.</summary>
    public static readonly HttpRequestOptionsKey<string> Account = new("EventPipeline.Account");

    /// <summary>Which vendor's rules hold for it.</summary>
    public static readonly HttpRequestOptionsKey<VendorProtocol> Protocol = new("EventPipeline.Protocol");

    /// <summary>
    /// Whether it fetches a file from whatever host keeps it: the account's limits at its vendor do not count it.
    /// </summary>
    public static readonly HttpRequestOptionsKey<bool> IsLink = new("EventPipeline.IsLink");

    /// <summary>
    /// The limit by which its path is counted alone; null where it is counted with the account's others.
    /// </summary>
    public static readonly HttpRequestOptionsKey<RequestLimit?> OwnLimit = new("EventPipeline.OwnLimit");

    private const int MaxRetries = 5;
    private static readonly TimeSpan MinWait = TimeSpan.FromSeconds(1);
    private static readonly Backoff Backoff = new(MinWait, 2, TimeSpan.FromSeconds(60), Jitter: 0.5);
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(100);

    /// <summary>Whether a status may pass: every 5xx, and 408, 423, 425 and 429.</summary>
    public static bool IsTransient(HttpStatusCode status) => IsRetried(status) || (int)status is 423 or 429;

    /// <summary>
    /// Whether a status is tried again at once. A lock (423) takes longer: it is left to the next attempt.
    /// </summary>
    private static bool IsRetried(HttpStatusCode status) => (int)status is 408 or 425 or >= 500;

    /// <summary>Whose request it is: <c>vendor/account</c>.</summary>
    public static string AccountOf(HttpRequestMessage request) => request.Options.TryGetValue(Account, out var account)
        ? account
        : "";

    /// <summary>When the request's attempt must have ended, UTC.</summary>
    public static DateTimeOffset DeadlineOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(Deadline, out var deadline) ? deadline : DateTimeOffset.MaxValue;

    /// <summary>
    /// When the vendor's limit resets, UTC: advice that may be wrong; null where the refusal does not say.
    /// </summary>
    public static DateTimeOffset? ResetOf(HttpRequestMessage request, HttpResponseMessage refusal) =>
        request.Options.TryGetValue(Protocol, out var protocol) ? protocol.ReadReset(refusal) : null;

    /// <summary>Whether a refusal is about how fast the account asks, whatever its status.</summary>
    public static bool IsRateLimit(HttpRequestMessage request, HttpResponseMessage refusal) =>
        !IsFile(request) && request.Options.TryGetValue(Protocol, out var protocol) && protocol.IsRateLimit(refusal);

    /// <summary>
    /// How many requests the account may make; null where the vendor documents nothing, and for files on other hosts.
    /// </summary>
    public static RequestLimit? LimitOf(HttpRequestMessage request) =>
        IsFile(request) ? null
        : OwnLimitOf(request) ?? (request.Options.TryGetValue(Protocol, out var protocol) ? protocol.Limit : null);

    /// <summary>
    /// Who waits for whom: an account's requests for each other, those of paths that the vendor counts apart for those
    /// of these paths, and files of a host for files of that host.
    /// </summary>
    public static string LineOf(HttpRequestMessage request) => IsFile(request)
        ? $"{AccountOf(request)}@{request.RequestUri!.Host}"
        : OwnLimitOf(request) is { } limit
            ? $"{AccountOf(request)} ({limit.Paths ?? request.RequestUri!.AbsolutePath})"
            : AccountOf(request);

    private static RequestLimit? OwnLimitOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(OwnLimit, out var limit) ? limit : null;

    private static bool IsFile(HttpRequestMessage request) =>
        request.Options.TryGetValue(IsLink, out var isLink) && isLink;

    /// <summary>
    /// Adds retries, the account's back-pressure, the host's circuit and the time limit of one try, from the outside
    /// in.
    /// </summary>
    public static IHttpClientBuilder AddVendorResilience(this IHttpClientBuilder builder)
    {
        builder.Services.AddSingleton<BackPressure>();
        builder.ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan);
        builder.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            // A redirect would carry the credential to another host.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),

            // Vendors get no trace context; spans are still created.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        });
        builder.AddResilienceHandler("retry", (pipeline, context) => pipeline.AddRetries(
            Time(context.ServiceProvider), context.ServiceProvider.GetRequiredService<PipelineMetrics>()));
        builder.AddHttpMessageHandler(services => new BackPressureHandler(
            services.GetRequiredService<BackPressure>(),
            services.GetRequiredService<PipelineMetrics>(),
            Time(services)));
        builder.AddCircuit();
        builder.AddResilienceHandler(
            "try", (pipeline, context) => pipeline.AddHeaderTimeout(Time(context.ServiceProvider)));
        return builder;
    }

    private static void AddRetries(
        this ResiliencePipelineBuilder<HttpResponseMessage> pipeline, TimeProvider time, PipelineMetrics metrics)
    {
        pipeline.TimeProvider = time;
        pipeline.AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = MaxRetries,
            ShouldRetryAfterHeader = false,
            ShouldHandle = args => ValueTask.FromResult(
                IsRetried(args.Outcome) && MaxWait(args.Outcome, args.AttemptNumber, time) < Left(args.Context, time)),
            DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(
                AskedWait(args.Outcome, time) ?? Backoff.After(args.AttemptNumber + 1)),
            OnRetry = args =>
            {
                var account = args.Context.GetRequestMessage() is { } request ? AccountOf(request) : "";
                metrics.Retried(account, args.Outcome.Result is { } response
                    ? ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)
                    : args.Outcome.Exception!.GetType().Name);
                return ValueTask.CompletedTask;
            },
        });
    }

    private static void AddHeaderTimeout(
        this ResiliencePipelineBuilder<HttpResponseMessage> pipeline, TimeProvider time)
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

    private static bool IsRetried(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Result: { } response } => IsRetried(response.StatusCode),
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        _ => false,
    };

    private static TimeSpan MaxWait(Outcome<HttpResponseMessage> outcome, int attempt, TimeProvider time) =>
        AskedWait(outcome, time) ?? Backoff.AtMostAfter(attempt + 1);

    private static TimeSpan? AskedWait(Outcome<HttpResponseMessage> outcome, TimeProvider time) =>
        outcome.Result is { } response && RetryAfter.Read(response, time.GetUtcNow()) is { } wait
            ? wait < MinWait ? MinWait : wait
            : null;

    private static TimeSpan Left(ResilienceContext context, TimeProvider time) =>
        context.GetRequestMessage() is { } request ? DeadlineOf(request) - time.GetUtcNow() : TimeSpan.MaxValue;

    private static TimeProvider Time(IServiceProvider services) => services.GetRequiredService<TimeProvider>();
}
