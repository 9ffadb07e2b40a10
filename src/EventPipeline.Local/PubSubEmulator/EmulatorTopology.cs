using System.Globalization;
using System.Net;
using System.Text.Json.Serialization;
using EventPipeline.Google.PubSub;
using EventPipeline.Local.Broker;
using EventPipeline.Local.Shared;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.PubSubEmulator;

/// <summary>
/// Makes the topics and push subscriptions of the service in Pub/Sub's emulator, which forgets them when its process
/// ends. Done when the service has started, before anything can be published: a message to a topic without
/// subscriptions would be lost.
/// </summary>
internal sealed partial class EmulatorTopology(
    HttpClient http,
    OwnAddress service,
    IOptions<PubSubOptions> topics,
    IOptions<BrokerOptions> options,
    ILogger<EmulatorTopology> logger)
{
    /// <summary>Creates what is missing, and points the existing subscriptions at the service's address.</summary>
    /// <exception cref="InvalidOperationException">The emulator cannot be reached, or does not accept them.</exception>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        foreach (var topic in Enum.GetValues<Topic>().Select(topics.Value.IdOf))
        {
            using var content = JsonContent.Create(new Resource(), EmulatorJson.Default.Resource);
            await SendAsync(HttpMethod.Put, topics.Value.NameOf(topic), content, cancellationToken);
        }

        // The emulator takes a filter and does not apply it: a subscription for each vendor would get every message.
        foreach (var subscription in PushSubscription.All(topics.Value, vendors: []))
        {
            var name = subscription.FullName(topics.Value.ProjectId);
            var push = PushConfigOf(subscription);
            using var created = JsonContent.Create(
                SubscriptionOf(subscription, push), EmulatorJson.Default.Subscription);
            if (await SendAsync(HttpMethod.Put, name, created, cancellationToken) == HttpStatusCode.Conflict)
            {
                // Made for an earlier process of this service, which listened elsewhere.
                using var modified = JsonContent.Create(
                    new ModifyPushConfig(push), EmulatorJson.Default.ModifyPushConfig);
                await SendAsync(HttpMethod.Post, $"{name}:modifyPushConfig", modified, cancellationToken);
            }

            Log.Pushes(logger, name, push.PushEndpoint);
        }
    }

    private async Task<HttpStatusCode> SendAsync(
        HttpMethod method, string resource, HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(
                method, new Uri($"v1/{resource}", UriKind.Relative)) { Content = content };
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Conflict)
            {
                return response.StatusCode;
            }

            var reason = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new InvalidOperationException(
                $"Pub/Sub's emulator at {http.BaseAddress} does not accept '{resource}': "
                    + $"{(int)response.StatusCode} {reason}");
        }
        catch (HttpRequestException ex)
        {
            throw new InvalidOperationException(
                $"Pub/Sub's emulator does not respond at {http.BaseAddress}: "
                    + "start it with `gcloud beta emulators pubsub start`, "
                    + "or unset PUBSUB_EMULATOR_HOST to use the built-in broker.", ex);
        }
    }

    private PushConfig PushConfigOf(PushSubscription subscription) => new(
        new Uri(service.Get(), subscription.Path).AbsoluteUri,
        subscription.Wrapped ? null : new NoWrapper(WriteMetadata: true));

    private Subscription SubscriptionOf(PushSubscription subscription, PushConfig push) => new(
        topics.Value.NameOf(subscription.TopicId),
        push,
        (int)options.Value.AckDeadline.TotalSeconds,
        new RetryPolicy(Seconds(options.Value.MinimumBackoff), Seconds(options.Value.MaximumBackoff)),
        subscription.DeadLetterTopicId is { } deadLetters
            ? new DeadLetterPolicy(topics.Value.NameOf(deadLetters), options.Value.MaxDeliveryAttempts)
            : null,
        new Resource());

    private static string Seconds(TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s");

    /// <summary>A resource without properties: a topic, or an expiry that never comes.</summary>
    private sealed record Resource;

    private sealed record Subscription(
        string Topic,
        PushConfig PushConfig,
        int AckDeadlineSeconds,
        RetryPolicy RetryPolicy,
        DeadLetterPolicy? DeadLetterPolicy,
        Resource ExpirationPolicy);

    private sealed record PushConfig(string PushEndpoint, NoWrapper? NoWrapper);

    private sealed record NoWrapper(bool WriteMetadata);

    private sealed record RetryPolicy(string MinimumBackoff, string MaximumBackoff);

    private sealed record DeadLetterPolicy(string DeadLetterTopic, int MaxDeliveryAttempts);

    private sealed record ModifyPushConfig(PushConfig PushConfig);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(Resource))]
    [JsonSerializable(typeof(Subscription))]
    [JsonSerializable(typeof(ModifyPushConfig))]
    private sealed partial class EmulatorJson : JsonSerializerContext;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The emulator's {Subscription} pushes to {Endpoint}.")]
        public static partial void Pushes(ILogger logger, string subscription, string endpoint);
    }
}
