using System.Collections.Frozen;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Google.PubSub;

/// <summary>
/// Publishes over Pub/Sub's REST API, <c>POST /v1/projects/P/topics/T:publish</c>: to Pub/Sub, its emulator, or the
/// local broker, which speaks the same. What is published while a request is on its way shares the next one.
/// </summary>
public sealed partial class PubSubPublisher
{
    private readonly HttpClient _http;
    private readonly PubSubOptions _options;
    private readonly FrozenDictionary<Topic, TopicLine> _lines;

    /// <param name="http">
    /// What it sends with for as long as the service runs; its handler makes new connections in time.
    /// </param>
    /// <param name="options">Where the topics are.</param>
    public PubSubPublisher(HttpClient http, IOptions<PubSubOptions> options)
    {
        (_http, _options) = (http, options.Value);
        _lines = Enum.GetValues<Topic>().ToFrozenDictionary(
            topic => topic, topic => new TopicLine(batches => SendAsync(_options.IdOf(topic), batches)));
    }

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
        var topicId = _options.IdOf(topic);
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
            await _lines[topic].PublishAsync(batch, cancellationToken);
        }
    }

    /// <summary>Checks that something responds at Pub/Sub's address; any response will do.</summary>
    /// <exception cref="HttpRequestException">Nothing does.</exception>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(
            new Uri("", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private async Task<PublishFailure?> SendAsync(string topicId, IReadOnlyList<PublishBatch> batches)
    {
        var topic = _options.NameOf(topicId);
        var path = new Uri(
            $"v1/projects/{Uri.EscapeDataString(_options.ProjectId)}/topics/{Uri.EscapeDataString(topicId)}:publish",
            UriKind.Relative);
        try
        {
            var batch = PublishBatch.Join(batches);
            using var content = batch.ToContent();
            using var response = await _http.PostAsync(path, content);
            if (!response.IsSuccessStatusCode)
            {
                return await RefusedAsync(topicId, response);
            }

            var answer = await response.Content.ReadFromJsonAsync(PublishJson.Default.PublishAnswer);
            var published = answer?.MessageIds?.Count ?? 0;
            return published == batch.Count
                ? null
                : new PublishFailure($"Topic '{topic}' returned {published} message ids for {batch.Count} messages.");
        }
        catch (TransientFailureException ex)
        {
            return new PublishFailure(ex.Message, ex.InnerException);
        }
        catch (JsonException ex)
        {
            return new PublishFailure(
                $"The response for topic '{topic}' is not from Pub/Sub: "
                    + $"is PubSub:BaseAddress, {_http.BaseAddress}, right?", ex);
        }
        catch (Exception ex)
        {
            return new PublishFailure($"Topic '{topic}' cannot be reached at {_http.BaseAddress}: {ex.Message}", ex);
        }
    }

    private async Task<PublishFailure> RefusedAsync(string topicId, HttpResponseMessage response)
    {
        var topic = _options.NameOf(topicId);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return new PublishFailure(
                $"Topic '{topic}' does not exist at {_http.BaseAddress} (404). Create it with "
                + $"`gcloud pubsub topics create {topicId} --project={_options.ProjectId}`, or name another in "
                + "the PubSub settings.");
        }

        var text = await response.Content.ReadAsStringAsync();
        return new PublishFailure(
            $"Topic '{topic}' did not accept the messages: "
                + $"{(int)response.StatusCode} {Reason(text) ?? response.ReasonPhrase}")
        {
            MayBeOneMessage =
                response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge,
        };
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
