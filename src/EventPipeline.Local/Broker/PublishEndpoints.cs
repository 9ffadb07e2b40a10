using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Google.PubSub;
using EventPipeline.Local.Shared;
using EventPipeline.Messages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace EventPipeline.Local.Broker;

/// <summary>
/// The parts of Pub/Sub's REST API that publishing needs, so that the service, curl and the real gcloud can publish:
/// https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish.
/// </summary>
internal static partial class PublishEndpoints
{
    /// <summary>What Pub/Sub's front end takes as a request body.</summary>
    private const int BodyBytes = 10 * 1_024 * 1_024;

    private const int OrderingKeyBytes = 1_024;

    public static void MapPublish(this IEndpointRouteBuilder routes)
    {
        // Room to read a body that is too large: a publisher that is cut off while it writes does not see why.
        routes.MapPost("/v1/projects/{project}/topics/{topic}:publish", PublishAsync)
            .WithMetadata(new RequestSizeLimitAttribute(10 * BodyBytes))
            .ExcludeFromDescription();
        routes.MapGet("/v1/projects/{project}/topics", List).ExcludeFromDescription();
    }

    private static async Task<IResult> PublishAsync(
        string project, string topic, HttpRequest request, LocalBroker broker, IOptions<PubSubOptions> options,
        CancellationToken cancellationToken)
    {
        if (project != options.Value.ProjectId || !TopicIds(options.Value).Contains(topic))
        {
            var name = $"projects/{project}/topics/{topic}";
            var known = TopicIds(options.Value).Select(options.Value.NameOf).ToList();
            return Refuse(404, "NOT_FOUND", $"Topic '{name}' does not exist. {Nearest.DidYouMeanOneOf(name, known)}");
        }

        try
        {
            using var body = await ReadAsync(request.Body, cancellationToken);
            var content = await JsonSerializer.DeserializeAsync(
                body, PublishJson.Default.PublishRequest, cancellationToken);
            var messages = Check(content?.Messages ?? []);
            var ids = await broker.PublishAsync(topic, messages, cancellationToken);
            return Json(200, new PublishAnswer(ids), PublishJson.Default.PublishAnswer);
        }
        catch (Exception ex) when (DiskTrouble.Is(ex) && ex is not BadHttpRequestException)
        {
            return Refuse(503, "UNAVAILABLE", DiskTrouble.Tell(ex, broker.Folder));
        }
        catch (Exception ex) when (ex is JsonException or FormatException or BadHttpRequestException)
        {
            return Refuse(400, "INVALID_ARGUMENT", $"The request cannot be published: {ex.Message}");
        }
    }

    /// <exception cref="FormatException">The body is too large.</exception>
    private static async Task<MemoryStream> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var content = new MemoryStream();
        var buffer = new byte[81_920];
        while (await body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            if (content.Length + read > BodyBytes)
            {
                throw new FormatException($"Request payload size exceeds the limit: {BodyBytes} bytes.");
            }

            await content.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        content.Position = 0;
        return content;
    }

    private static IResult List(string project, IOptions<PubSubOptions> options) => project == options.Value.ProjectId
        ? Json(
            200,
            new TopicList([.. TopicIds(options.Value).Select(id => new TopicName(options.Value.NameOf(id)))]),
            PublishJson.Default.TopicList)
        : Refuse(404, "NOT_FOUND", $"Project '{project}' does not exist; this broker has '{options.Value.ProjectId}'.");

    private static IEnumerable<string> TopicIds(PubSubOptions options) => Enum.GetValues<Topic>().Select(options.IdOf);

    /// <exception cref="FormatException">A message breaks a limit, or its data is not base64.</exception>
    private static List<PublishedMessage> Check(IReadOnlyList<PublishMessage> messages)
    {
        if (messages.Count is 0 or > PubSubLimits.MessagesPerRequest)
        {
            throw new FormatException(
                $"It has {messages.Count} messages; 1 to {PubSubLimits.MessagesPerRequest} are allowed.");
        }

        return [.. messages.Select((message, index) => Check(message ?? new(), index))];
    }

    private static PublishedMessage Check(PublishMessage message, int index)
    {
        var attributes = message.Attributes ?? new Dictionary<string, string>();
        if (attributes.FirstOrDefault(attribute => attribute.Value is null).Key is { } empty)
        {
            throw new FormatException($"messages[{index}]: The attribute '{empty}' is null.");
        }

        var data = Decode(message.Data ?? "", index);
        var orderingKey = message.OrderingKey ?? "";
        var violation = PubSubLimits.Violation(data.Length, attributes)
            ?? (Encoding.UTF8.GetByteCount(orderingKey) > OrderingKeyBytes
                ? $"The ordering key has more than {OrderingKeyBytes} bytes." : null);
        return violation is null
            ? new PublishedMessage(data, attributes, orderingKey)
            : throw new FormatException($"messages[{index}]: {violation}");
    }

    // Google's APIs accept both alphabets, with or without padding; gcloud writes the one made for URLs.
    private static byte[] Decode(string data, int index)
    {
        try
        {
            return Base64Url.DecodeFromChars(data.Replace('+', '-').Replace('/', '_'));
        }
        catch (FormatException ex)
        {
            throw new FormatException($"messages[{index}]: The data is not base64.", ex);
        }
    }

    private static JsonHttpResult<RefusalAnswer> Refuse(int code, string status, string message) =>
        TypedResults.Json(
            new RefusalAnswer(new ErrorDetail(code, message, status)),
            PublishJson.Default.RefusalAnswer,
            statusCode: code);

    private static JsonHttpResult<T> Json<T>(
        int code, T answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        TypedResults.Json(answer, type, statusCode: code);

    private sealed record PublishRequest(IReadOnlyList<PublishMessage>? Messages = null);

    private sealed record PublishMessage(
        string? Data = null, IReadOnlyDictionary<string, string>? Attributes = null, string? OrderingKey = null)
    {
        /// <summary>Known, but not set by publishers, like <see cref="PublishTime"/>: ignored.</summary>
        public string? MessageId { get; init; }

        public string? PublishTime { get; init; }
    }

    private sealed record PublishAnswer(IReadOnlyList<string> MessageIds);

    private sealed record TopicList(IReadOnlyList<TopicName> Topics);

    private sealed record TopicName(string Name);

    private sealed record RefusalAnswer(ErrorDetail Error);

    private sealed record ErrorDetail(int Code, string Message, string Status);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(PublishRequest))]
    [JsonSerializable(typeof(PublishAnswer))]
    [JsonSerializable(typeof(TopicList))]
    [JsonSerializable(typeof(RefusalAnswer))]
    private sealed partial class PublishJson : JsonSerializerContext;
}
