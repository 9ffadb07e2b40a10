using System.Text;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>
/// Reads a message as an event: a structured CloudEvent, one in binary mode, Eventarc's <c>messagePublished</c> around
/// another message, or a manually published message that is not a CloudEvent at all.
/// https://github.com/googleapis/google-cloudevents/blob/main/docs/spec/pubsub.md
/// </summary>
internal static class CloudEventReader
{
    /// <summary>The source of an event without one; its id comes from <see cref="ContentId"/>.</summary>
    public const string UnnamedSource = "//eventpipeline/by-hand";

    private const string MessagePublished = "google.cloud.pubsub.topic.v1.messagePublished";

    private static readonly JsonEventFormatter Formatter = new();

    /// <summary>Reads a pushed message: the event in it, or why its entrance does not accept it.</summary>
    public static Arrival Read(Arrival arrival) => arrival.Then(pushed =>
    {
        var content = ContentOf(pushed.Message);
        return content.Type == MessagePublished
            ? Opened(pushed, content).Then(inner => AsEvent(inner, ContentOf(inner.Message)))
            : AsEvent(pushed, content);
    });

    private static Arrival Opened(Arrival.Pushed published, Content content)
    {
        var outer = published.Message.Delivery;
        return PushEnvelope.Open(
            published,
            StrictJson.Parse(content.Data, PushEnvelope.What),
            outer with { MessageId = outer.MessageId ?? content.Id, PublishTime = outer.PublishTime ?? content.Time },
            content.Source);
    }

    private static Arrival.Read AsEvent(Arrival.Pushed pushed, Content content)
    {
        var (entrance, message) = pushed;
        var id = content.Id ?? message.Delivery.MessageId;
        if (id is null && content.Data.IsEmpty && message.Attributes.Names.All(ReservedNames.IsOfTheJourney))
        {
            throw new RejectedEventException(
                "The request contains no message: no body, no attributes and no id.",
                "Send a JSON object; {} requests the daily run.");
        }

        MessageIds.Require(message.Delivery.MessageId);
        var type = TypeFor(entrance, content.Type);
        var received = new ReceivedEvent(
            id ?? ContentId.Create(message, type),
            content.Source ?? message.Source ?? UnnamedSource,
            type,
            content.Time ?? message.Delivery.PublishTime ?? message.Delivery.ArrivedAt,
            content.Data,
            message.Attributes,
            message.Delivery);
        return new Arrival.Read(entrance, message, received);
    }

    private static string TypeFor(Entrance entrance, string? type)
    {
        if (entrance.Type is { } expected)
        {
            return type is null || type == expected
                ? expected
                : throw new RejectedEventException(
                    $"The event's type (ce-type) is {Shown.Quoted(type)}, but {entrance.Path} takes '{expected}'.",
                    $"Send '{expected}' here{Elsewhere(type)}.");
        }

        if (type is null || Entrance.Types.Contains(type))
        {
            return type ?? RunRequested.EventType;
        }

        return entrance == Entrance.DeadLetterTopic
            ? type
            : throw new RejectedEventException(
                $"Unknown event type (ce-type) {Shown.Quoted(type)}.", Nearest.DidYouMean(type, Entrance.Types));
    }

    private static string Elsewhere(string type) => type switch
    {
        FetchRequested.EventType => $", and '{type}' to {Entrance.FetchRequests.Path}",
        RunRequested.EventType => $", and '{type}' to {Entrance.RunRequests.Path}",
        DeadLetter.OwnEventType => $", and '{type}' to {Entrance.DeadLetterTopic.Path}",
        _ => "",
    };

    private static Content ContentOf(PushedMessage message)
    {
        var contentType = message.Attributes.Only("content-type");
        if (ContentModes.IsCloudEvent(contentType))
        {
            ContentModes.RequireOneJsonEvent(contentType!);
            return Structured(message);
        }

        var version = message.Attributes.Only("ce-specversion");
        RequireVersion(version, "ce-specversion", required: false);
        var isCloudEvent = version is not null;
        return new Content(
            Attribute("ce-id"),
            Attribute("ce-source"),
            Attribute("ce-type"),
            message.Attributes.Only("ce-time") is { } time ? EventTime.Read(time, "ce-time") : null,
            message.Data);

        // People who publish manually may set just a type or an id; only an event that says it is a CloudEvent must be
        // a complete one.
        string? Attribute(string name) => Required(message.Attributes.Only(name), name, isCloudEvent);
    }

    private static Content Structured(PushedMessage message)
    {
        const string what = "The structured CloudEvent";
        var element = StrictJson.Parse(message.Data, what);
        var members = StrictJson.Members(element, what, """{"specversion": "1.0", "id": "1", "source": "/me", "type": "…"}""");
        RequireVersion(Text("specversion"), "specversion", required: true);
        var (id, source, type) = (
            Required(Text("id"), "id", true),
            Required(Text("source"), "source", true),
            Required(Text("type"), "type", true));

        // A replay carries the time at which the original was published; an event's own time takes precedence.
        var time = Text("time") is { } own
            ? EventTime.Read(own, "time")
            : message.Attributes.Only("ce-time") is { } hint ? EventTime.Read(hint, "ce-time") : (DateTimeOffset?)null;
        if (members.TryGetValue("data_base64", out var base64) && base64.ValueKind != JsonValueKind.Null)
        {
            _ = StrictJson.Base64Bytes(base64, "data_base64");
        }

        try
        {
            return new Content(
                id, source, type, time, DataOf(Formatter.ConvertFromJsonElement(element, extensionAttributes: null)));
        }
        catch (Exception ex) when (
            ex is ArgumentException or InvalidOperationException or FormatException or JsonException)
        {
            throw new RejectedEventException(
                $"{what} is not valid: {Shown.Plain(ex.Message, 300)}",
                "See section 3 of the CloudEvents JSON event format.",
                innerException: ex);
        }

        string? Text(string name) =>
            members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null
                ? StrictJson.Text(value, name, ExampleOf(name))
                : null;
    }

    private static ReadOnlyMemory<byte> DataOf(CloudEvent cloudEvent) => cloudEvent.Data switch
    {
        null => default,
        byte[] bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        _ => Formatter.EncodeBinaryModeEventData(cloudEvent),
    };

    private static void RequireVersion(string? version, string name, bool required)
    {
        if (required)
        {
            version = Required(version, name, true);
        }

        if (version is not (null or "1.0"))
        {
            throw new RejectedEventException(
                $"{name} is {Shown.Quoted(version)}; only CloudEvents 1.0 is supported.", $"Send {name} '1.0'.");
        }
    }

    private static string? Required(string? value, string name, bool required)
    {
        if (value is null ? required : value.Length == 0)
        {
            throw new RejectedEventException(
                $"The CloudEvent's {name} is {(value is null ? "missing" : "empty")}.",
                $"Send {name}, such as '{ExampleOf(name)}'.");
        }

        return value;
    }

    private static string ExampleOf(string name) => name.Replace("ce-", "", StringComparison.Ordinal) switch
    {
        "specversion" => "1.0",
        "id" => "0c8e7a52",
        "source" => "//example.com/me",
        "type" => RunRequested.EventType,
        _ => "2026-11-23T06:00:00Z",
    };

    /// <summary>What a message says about its event; null for what it leaves to Pub/Sub and the path.</summary>
    private sealed record Content(
        string? Id, string? Source, string? Type, DateTimeOffset? Time, ReadOnlyMemory<byte> Data);
}
