using System.Globalization;

namespace EventPipeline.Messages;

/// <summary>A message to publish.</summary>
/// <param name="Data">The data; may be empty when there is an attribute.</param>
/// <param name="Attributes">Pub/Sub attributes.</param>
public sealed record OutgoingMessage(ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>The source of everything this service publishes.</summary>
    public const string ServiceSource = "//eventpipeline";

    /// <summary>
    /// A CloudEvent in the binary mode of the Pub/Sub protocol binding, with the current trace as <c>traceparent</c>.
    /// </summary>
    /// <param name="id">The CloudEvents id.</param>
    /// <param name="type">The CloudEvents type.</param>
    /// <param name="time">When it happened, UTC.</param>
    /// <param name="json">The data, JSON in UTF-8.</param>
    public static OutgoingMessage CloudEvent(string id, string type, DateTimeOffset time, ReadOnlyMemory<byte> json)
    {
        var attributes = new Dictionary<string, string>
        {
            ["ce-specversion"] = "1.0",
            ["ce-id"] = id,
            ["ce-source"] = ServiceSource,
            ["ce-type"] = type,
            ["ce-time"] = time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["content-type"] = "application/json",
        };
        if (System.Diagnostics.Activity.Current?.Id is { } traceParent)
        {
            attributes["traceparent"] = traceParent;
        }

        return new OutgoingMessage(json, attributes);
    }

    /// <summary>
    /// The same message, a replay if the message that it goes on with is one: a person has decided on it.
    /// </summary>
    public OutgoingMessage AsReplayOf(ReceivedEvent received) =>
        received.Attributes[FetchAttributes.Replays] is { } replays ? With(FetchAttributes.Replays, replays) : this;

    /// <summary>The same message with one more attribute, or another value of it.</summary>
    public OutgoingMessage With(string name, string value) =>
        this with { Attributes = new Dictionary<string, string>(Attributes) { [name] = value } };
}
