using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace EventPipeline.Google.Credentials;

/// <summary>What the clients of Google's REST APIs have in common.</summary>
internal static class GoogleClients
{
    /// <summary>Points a client at an API; timeouts are set where requests are sent.</summary>
    public static void Use(this HttpClient client, Uri address)
    {
        client.BaseAddress = address.AbsoluteUri.EndsWith('/') ? address : new Uri($"{address.AbsoluteUri}/");
        client.Timeout = Timeout.InfiniteTimeSpan;
    }

    /// <summary>Retries quickly or not at all: the event itself is redelivered.</summary>
    public static void AddQuickRetries(this IHttpClientBuilder client, string name) =>
        client.AddResilienceHandler(name, pipeline => pipeline
        .AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = 3,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            ShouldRetryAfterHeader = false,
        })
        .AddTimeout(TimeSpan.FromSeconds(30)));
}
