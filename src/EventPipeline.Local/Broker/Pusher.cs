using System.Net;
using EventPipeline.Google.PubSub;
using EventPipeline.Local.Shared;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.Broker;

/// <summary>Pushes a message once and reports whether it was acknowledged.</summary>
internal sealed class Pusher(
    OwnAddress service,
    IOptions<PubSubOptions> topics,
    IOptions<BrokerOptions> options,
    TimeProvider time) : IDisposable
{
    // https://cloud.google.com/pubsub/docs/push#receive_push names 102 too, but to an HTTP client it announces a
    // response and is not one.
    private static readonly HttpStatusCode[] Acknowledgements =
        [HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Accepted, HttpStatusCode.NoContent];

    // Adds no trace: a message carries one as an attribute, or none.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null, AllowAutoRedirect = false, UseCookies = false, UseProxy = false,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Pushes a message; null when it was acknowledged in time, else what happened instead.</summary>
    /// <param name="subscription">The subscription to push for.</param>
    /// <param name="message">The message.</param>
    /// <param name="attempt">Which attempt this is, from 1.</param>
    /// <param name="cancellationToken">Abandons the push.</param>
    public async Task<string?> PushAsync(
        PushSubscription subscription, StoredMessage message, int attempt, CancellationToken cancellationToken)
    {
        var deadline = options.Value.AckDeadline;
        using var late = new CancellationTokenSource(deadline, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var request = Request(subscription, message, attempt);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ended.Token);
            return Acknowledgements.Contains(response.StatusCode)
                ? null
                : $"the service answered {(int)response.StatusCode}";
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
        {
            return late.IsCancellationRequested ? $"no answer within {deadline.TotalSeconds} s" : ex.Message;
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(PushSubscription subscription, StoredMessage message, int attempt)
    {
        var endpoint = new Uri(service.Get(), subscription.Path);
        var name = subscription.FullName(topics.Value.ProjectId);
        return subscription.Wrapped
            ? PushRequest.Wrapped(endpoint, name, message, subscription.DeadLetterTopicId is null ? null : attempt)
            : PushRequest.Unwrapped(endpoint, name, message);
    }
}
