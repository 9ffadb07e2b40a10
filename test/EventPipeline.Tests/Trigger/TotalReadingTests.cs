using System.Text;
using CsCheck;
using EventPipeline.Events;
using EventPipeline.Messages;
using Microsoft.AspNetCore.Http;
using static EventPipeline.Tests.Trigger.Pushes;

namespace EventPipeline.Tests.Trigger;

/// <summary>
/// Any bytes under any headers are either an event or rejected with a reason: nothing else is ever thrown.
/// </summary>
public sealed class TotalReadingTests
{
    private static readonly (string Name, byte[] Body, (string Name, string Value)[] Headers)[] Good =
    [
        ("wrapped", Encoding.UTF8.GetBytes(Wrapped("""{"days":3,"vendors":["anthropic"]}""", attributes: ("mode", "dry_run"))), []),
        ("wrapped binary", Encoding.UTF8.GetBytes(Wrapped("{}", attributes: Binary())), []),
        (
            "wrapped structured",
            Encoding.UTF8.GetBytes(Wrapped(Structured(), attributes: ("content-type", "application/cloudevents+json"))),
            []),
        ("structured", Encoding.UTF8.GetBytes(Structured()), [("content-type", "application/cloudevents+json")]),
        ("binary", Encoding.UTF8.GetBytes("""{"mode":"dry_run","from":"2026-11-01"}"""), Binary()),
        ("unwrapped", Encoding.UTF8.GetBytes("""{"to":"2026-11-01"}"""), Metadata),
        ("plain", Encoding.UTF8.GetBytes("""{"force":true,"reports":["cost"]}"""), []),
        (
            "eventarc",
            Encoding.UTF8.GetBytes(Wrapped("{}")),
            [.. Binary("google.cloud.pubsub.topic.v1.messagePublished")]),
        ("fetch", Encoding.UTF8.GetBytes(FetchBody), Binary(FetchType)),
    ];

    public static TheoryData<int> Shapes { get; } = new(Enumerable.Range(0, Good.Length));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_prefix_of_a_good_body_is_read_or_rejected(int shape)
    {
        var (_, body, headers) = Good[shape];
        for (var length = 0; length <= body.Length; length++)
        {
            Read(body[..length], headers);
        }

        var expected = Read(body, headers);
        expected.ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_mutation_of_a_good_body_is_read_or_rejected(int shape)
    {
        var (_, body, headers) = Good[shape];
        Gen.Select(Gen.Int[0, body.Length - 1], Gen.Byte, Gen.Int[0, 3]).Array[1, 4].Sample(
            mutations =>
            {
                var mutated = body.ToList();
                foreach (var (at, value, kind) in mutations)
                {
                    var index = Math.Min(at, mutated.Count - 1);
                    switch (kind)
                    {
                        case 0:
                            mutated[index] = value;
                            break;
                        case 1:
                            mutated.Insert(index, value);
                            break;
                        case 2 when mutated.Count > 1:
                            mutated.RemoveAt(index);
                            break;
                        default:
                            mutated[index] = (byte)"{}[]\",:0\\u"[value % 10];
                            break;
                    }
                }

                Read([.. mutated], headers);
            },
            iter: 3000);
    }

    [Fact]
    public void Any_bytes_are_read_or_rejected() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, Good.Length - 1])
            .Sample((bytes, shape) => Read(bytes, Good[shape].Headers), iter: 5000);

    [Fact]
    public void Any_header_values_are_read_or_rejected()
    {
        var names = Constants(
            "ce-id",
            "ce-source",
            "ce-type",
            "ce-time",
            "ce-specversion",
            "content-type",
            "days",
            "mode",
            "from",
            "to",
            "force",
            "vendors",
            "accounts",
            "reports",
            "x-goog-pubsub-message-id",
            "x-goog-pubsub-publish-time",
            "traceparent",
            "tracestate",
            "ce-replays");
        var values = Gen.OneOf(
            Gen.String,
            Constants("1.0", "%", "%C3", "\"", "\\", "\"\\", "", " ", "application/cloudevents", "2026-02-30", "3"));
        Gen.Select(Gen.Select(names, values).Array[0, 8], Constants("", "{}", Wrapped("{}"), Structured())).Sample(
            (headers, body) => Read(Encoding.UTF8.GetBytes(body), headers), iter: 5000);
    }

    private static Gen<string> Constants(params string[] values) =>
        Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private static ReceivedEvent? Read(byte[] body, (string Name, string Value)[] headers)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            dictionary[name] = value;
        }

        var now = new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
        var pushed = PushReader.Read(Entrance.Any, dictionary, new RequestBody(body, null), now);
        var arrival = CloudEventReader.Read(pushed);
        try
        {
            if (arrival is Arrival.Unreadable { Why: var why })
            {
                throw why;
            }

            var received = arrival.Event.ShouldNotBeNull();
            if (received.Type == RunRequested.EventType)
            {
                RunRequestedReader.Read(received, DoorFixture.Catalogue);
            }
            else if (received.Type == FetchRequested.EventType)
            {
                FetchRequestedReader.Read(received.Data);
            }

            return received;
        }
        catch (RejectedEventException ex)
        {
            ex.Message.ShouldNotBeEmpty();
            ex.Hint.ShouldNotBeEmpty();

            // What was rejected can always be written down.
            var letter = EventPipeline.DeadLetters.DeadLetterWriter.Write(
                arrival, ex, Topic.Trigger, arrival.Message.Delivery.ArrivedAt);
            EventPipeline.DeadLetters.ReplayMessage.FromLetter(letter).Attributes.ShouldContainKey("ce-replays");
            return null;
        }
    }
}
