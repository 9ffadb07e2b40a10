using System.Collections.Concurrent;
using System.Net;
using EventPipeline.Telemetry;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Http;

/// <summary>One line for every account: no account waits for another.</summary>
internal sealed class BackPressure(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, AccountLine> _lines = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether accounts keep to what their vendors document; not where vendors are simulated, which have limits of
    /// their own.
    /// </summary>
    public bool KeepsToLimits { get; init; } = true;

    /// <summary>The line of an account, <c>vendor/account</c>.</summary>
    /// <param name="account">Whose line it is.</param>
    /// <param name="limit">What its vendor documents, the same for every request of the account.</param>
    public AccountLine LineOf(string account, RequestLimit? limit) =>
        _lines.GetOrAdd(account, name => new AccountLine(name, KeepsToLimits ? limit : null, time));
}

/// <summary>
/// Slows all requests of an account in this process when its vendor answers 429, with <c>Retry-After</c> or without,
/// and asks again until the attempt's deadline: waiting for a turn is not a failure, so nothing counts how often.
/// </summary>
internal sealed class BackPressureHandler(
    BackPressure pressure, PipelineMetrics metrics, TimeProvider time) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var account = VendorResilience.AccountOf(request);
        var deadline = VendorResilience.DeadlineOf(request);
        var line = pressure.LineOf(VendorResilience.LineOf(request), VendorResilience.LimitOf(request));
        while (true)
        {
            var turn = await line.EnterAsync(deadline, cancellationToken);
            HttpResponseMessage? response = null;
            try
            {
                response = await base.SendAsync(request, cancellationToken);
                if (VendorResilience.IsRateLimit(request, response))
                {
                    response.StatusCode = HttpStatusCode.TooManyRequests; // Some vendors say it with another status.
                }
            }
            finally
            {
                line.Leave(End(turn, request, response));
            }

            // The last refusal before the deadline is the answer: the vendor's own words say why it is over.
            if (response.StatusCode != HttpStatusCode.TooManyRequests || line.IsHeldOffUntil(deadline))
            {
                return response;
            }

            response.Dispose();
            metrics.Retried(account, "429");
        }
    }

    private Action<RequestRate> End(RequestRate.Turn turn, HttpRequestMessage request, HttpResponseMessage? response)
    {
        var now = time.GetUtcNow();
        if (response is { StatusCode: HttpStatusCode.TooManyRequests })
        {
            var (retryAfter, reset) = (RetryAfter.Read(response, now), VendorResilience.ResetOf(request, response));
            return rate => rate.Refuse(turn, now, retryAfter, reset);
        }

        // A failure, 5xx too, says nothing about how fast the account may ask.
        return response is null or { StatusCode: >= HttpStatusCode.InternalServerError }
            ? rate => rate.Fail(now)
            : rate => rate.Answer(turn, now);
    }
}
