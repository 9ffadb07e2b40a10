using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;
using Polly.Timeout;

namespace EventPipeline.Google.PubSub;

/// <summary>
/// Publishes over Pub/Sub's REST API, <c>POST /v1/projects/P/topics/T:publish</c>: to Pub/Sub, its emulator, or the
/// local broker, which speaks the same.
/// </summary>
public sealed partial class PubSubPublisher(HttpClient http, IOptions<PubSubOptions> options)
{
    /// <summary>
    /// Publishes messages to a topic; returns when all are accepted. A retried call may publish duplicates.
    /// On the fetch topic attributes must be legal HTTP headers, since it is pushed unwrapped.
    /// </summary>
    /// <exception cref="RejectedEventException">A message breaks Pub/Sub's limits; nothing was published.</exception>
    /// <exception cref="TransientFailureException">The topic did not accept them; some may have been
    /// published.</exception>
    public async Task PublishAsync(
        Topic topic, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        var topicId = options.Value.IdOf(topic);
        foreach (var message in messages)
        {
            var violation = PubSubLimits.Violation(message.Data.Length, message.Attributes)
                ?? (topic == Topic.Fetch ? PubSubLimits.HeaderViolation(message.Attributes) : null);
            if (violation is not null)
            {
                throw new RejectedEventException(
                    violation,
                    $"Change the message, then publish it to '{topicId}' again: "
                        + "https://cloud.google.com/pubsub/quotas.");
            }
        }

        foreach (var batch in PublishBatch.Pack(messages))
        {
            await PublishAsync(topicId, batch, cancellationToken);
        }
    }

    /// <summary>Checks that something responds at Pub/Sub's address; any response will do.</summary>
    /// <exception cref="HttpRequestException">Nothing does.</exception>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(
            new Uri("", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private async Task PublishAsync(string topicId, PublishBatch batch, CancellationToken cancellationToken)
    {
        var topic = options.Value.NameOf(topicId);
        var path = new Uri(
            $"v1/projects/{Uri.EscapeDataString(options.Value.ProjectId)}/topics/{Uri.EscapeDataString(topicId)}:publish",
            UriKind.Relative);
        try
        {
            using var content = batch.ToContent();
            using var response = await http.PostAsync(path, content, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw await RefusedAsync(topicId, response, cancellationToken);
            }

            var answer = await response.Content.ReadFromJsonAsync(PublishJson.Default.PublishAnswer, cancellationToken);
            var published = answer?.MessageIds?.Count ?? 0;
            if (published != batch.Count)
            {
                throw new TransientFailureException(
                    $"Topic '{topic}' returned {published} message ids for {batch.Count} messages.");
            }
        }
        catch (Exception ex) when (ex is HttpRequestException or TimeoutRejectedException or IOException)
        {
            throw new TransientFailureException(
                $"Topic '{topic}' cannot be reached at {http.BaseAddress}: {ex.Message}", ex);
        }
        catch (JsonException ex)
        {
            throw new TransientFailureException(
                $"The response for topic '{topic}' is not from Pub/Sub: "
                    + $"is PubSub:BaseAddress, {http.BaseAddress}, right?", ex);
        }
    }

    private async Task<TransientFailureException> RefusedAsync(
        string topicId, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var topic = options.Value.NameOf(topicId);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return new TransientFailureException(
                $"Topic '{topic}' does not exist at {http.BaseAddress} (404). Create it with "
                + $"`gcloud pubsub topics create {topicId} --project={options.Value.ProjectId}`, or name another in "
                + "the PubSub settings.");
        }

        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return new TransientFailureException(
            $"Topic '{topic}' did not accept the messages: "
                + $"{(int)response.StatusCode} {Reason(text) ?? response.ReasonPhrase}");
    }

    private static string? Reason(string answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, PublishJson.Default.PublishErrorAnswer)?.Error?.Message;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record PublishAnswer(IReadOnlyList<string>? MessageIds);

    private sealed record PublishErrorAnswer(ErrorDetail? Error);

    private sealed record ErrorDetail(string? Message);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(PublishAnswer))]
    [JsonSerializable(typeof(PublishErrorAnswer))]
    private sealed partial class PublishJson : JsonSerializerContext;
}
