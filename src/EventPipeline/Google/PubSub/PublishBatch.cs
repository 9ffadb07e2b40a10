using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventPipeline.Messages;

namespace EventPipeline.Google.PubSub;

/// <summary>One publish request's body and how many messages it holds.</summary>
/// <param name="Body">JSON in UTF-8, within Pub/Sub's limits.</param>
/// <param name="Count">How many messages it holds.</param>
internal sealed record PublishBatch(ReadOnlyMemory<byte> Body, int Count)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static ReadOnlySpan<byte> Head => "{\"messages\":["u8;

    private static ReadOnlySpan<byte> Tail => "]}"u8;

    /// <summary>The body as a request carries it.</summary>
    public HttpContent ToContent() =>
        new ReadOnlyMemoryContent(Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    /// <summary>The messages of several batches, in their order, which fit into one request.</summary>
    public static PublishBatch Join(IReadOnlyList<PublishBatch> batches)
    {
        if (batches is [var only])
        {
            return only;
        }

        var body = new ArrayBufferWriter<byte>(batches.Sum(batch => batch.Body.Length));
        body.Write(Head);
        foreach (var batch in batches)
        {
            if (body.WrittenCount > Head.Length)
            {
                body.Write(","u8);
            }

            body.Write(batch.Body.Span[Head.Length..^Tail.Length]);
        }

        body.Write(Tail);
        return new PublishBatch(body.WrittenMemory, batches.Sum(batch => batch.Count));
    }

    /// <summary>Packs messages, in their order, into as few requests as the limits allow.</summary>
    /// <exception cref="RejectedEventException">A message alone is too large for a request.</exception>
    public static IEnumerable<PublishBatch> Pack(IEnumerable<OutgoingMessage> messages)
    {
        var frame = Head.Length + Tail.Length;
        var batches = new List<PublishBatch>();
        var (body, count) = (new ArrayBufferWriter<byte>(), 0);
        body.Write(Head);

        foreach (var message in messages)
        {
            var json = Serialize(message);
            if (json.Length + frame > PubSubLimits.BytesPerRequest)
            {
                throw new RejectedEventException(
                    $"The message takes {json.Length} bytes of a publish request (base64 makes data a third larger); "
                        + $"Pub/Sub takes at most {PubSubLimits.BytesPerRequest}.",
                    "Publish less data in one message.");
            }

            if (count == PubSubLimits.MessagesPerRequest
                || (count > 0 && body.WrittenCount + 1 + json.Length + Tail.Length > PubSubLimits.BytesPerRequest))
            {
                body.Write(Tail);
                batches.Add(new PublishBatch(body.WrittenMemory, count));
                (body, count) = (new ArrayBufferWriter<byte>(), 0);
                body.Write(Head);
            }

            if (count > 0)
            {
                body.Write(","u8);
            }

            body.Write(json.Span);
            count++;
        }

        if (count > 0)
        {
            body.Write(Tail);
            batches.Add(new PublishBatch(body.WrittenMemory, count));
        }

        return batches;
    }

    private static ReadOnlyMemory<byte> Serialize(OutgoingMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Json);
        writer.WriteStartObject();
        if (!message.Data.IsEmpty)
        {
            writer.WriteBase64String("data"u8, message.Data.Span);
        }

        if (message.Attributes.Count > 0)
        {
            writer.WriteStartObject("attributes"u8);
            foreach (var (key, value) in message.Attributes)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
