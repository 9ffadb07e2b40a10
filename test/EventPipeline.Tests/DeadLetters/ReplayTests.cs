using System.Text;
using EventPipeline.DeadLetters;
using EventPipeline.Events;
using EventPipeline.Messages;
using Microsoft.AspNetCore.Http;
using static EventPipeline.Tests.Trigger.Pushes;

namespace EventPipeline.Tests.DeadLetters;

public sealed class ReplayTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
    private static readonly RejectedEventException Refused = new("It was refused.", "Mend it.");

    private static readonly Dictionary<string, (string Body, (string Name, string Value)[] Headers)> Shapes = new()
    {
        ["by hand"] = (Wrapped("""{"days":3}""", attributes: ("mode", "dry_run")), []),
        ["wrapped binary"] = (Wrapped("{}", attributes: Binary()), []),
        ["wrapped structured"] =
            (Wrapped(Structured(), attributes: ("content-type", "application/cloudevents+json")), []),
        ["structured"] = (Structured(), [("content-type", "application/cloudevents+json")]),
        ["unwrapped"] = ("""{"days":3}""", [.. Binary(), .. Metadata]),
        ["plain"] = ("""{"days":3}""", []),
        ["not json"] = ("nonsense", []),
        ["not json, wrapped"] = (Wrapped("nonsense"), []),
        ["broken structured"] = (Wrapped("nonsense", attributes: ("content-type", "application/cloudevents+json")), []),
    };

    public static TheoryData<string> Names { get; } = new(Shapes.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_replay_that_fails_again_is_the_same_dead_letter_counted_once_more(string shape)
    {
        var (body, headers) = Shapes[shape];
        var letter = Letter(Arrive(Entrance.RunRequests, body, headers));
        letter.Id.ShouldMatch("^dl-[0-9a-f]{20}$");
        letter.Replays.ShouldBe(0);

        for (var replays = 1; replays <= 3; replays++)
        {
            var again = Letter(
                Arrive(Entrance.RunRequests, Push(ReplayMessage.FromLetter(letter), $"new-{replays}"), []));
            (again.Id, again.Replays).ShouldBe((letter.Id, replays));
            letter = again;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_replay_keeps_the_events_identity_and_its_today(string shape)
    {
        var (body, headers) = Shapes[shape];
        var original = Arrive(Entrance.RunRequests, body, headers);
        var letter = Letter(original);
        var replay = Arrive(Entrance.RunRequests, Push(ReplayMessage.FromLetter(letter), "new"), []);
        replay.Message.Data.ToArray().ShouldBe(original.Message.Data.ToArray());
        if (original.Event is not { } before)
        {
            return;
        }

        var after = replay.Event.ShouldNotBeNull();
        (after.Id, after.Source, after.Type, after.Time).ShouldBe((before.Id, before.Source, before.Type, before.Time));
        after.Data.ToArray().ShouldBe(before.Data.ToArray());
    }

    [Fact]
    public void A_replay_drops_what_Pub_Sub_added()
    {
        var letter = Letter(
            Arrive(
                Entrance.RunRequests,
                Wrapped(
                    "{}",
                    attributes:
                    [
                        ("googclient_traceparent", "x"),
                        ("days", "3"),
                        ("CloudPubSubDeadLetterSourceSubscription", "s"),
                    ]),
                []));

        ReplayMessage.FromLetter(letter).Attributes.Keys.Order()
            .ShouldBe(["ce-id", "ce-replays", "ce-source", "ce-specversion", "ce-time", "ce-type", "days"]);
    }

    [Fact]
    public void A_copy_that_Pub_Sub_forwarded_tells_where_it_came_from_and_is_one_dead_letter_however_often_it_is_forwarded()
    {
        (string, string)[] source =
        [
            ("CloudPubSubDeadLetterSourceDeliveryCount", "5"),
            ("CloudPubSubDeadLetterSourceSubscription", "trigger-push"),
            ("CloudPubSubDeadLetterSourceSubscriptionProject", "p"),
            ("CloudPubSubDeadLetterSourceTopicPublishTime", "2026-11-20T06:00:00.5+00:00"),
        ];
        var (original, reason, topic) = ForwardedCopy.Restore(
            Arrive(Entrance.DeadLetterTopic, Wrapped("{}", "copy-1", source), []));
        var letter = DeadLetterWriter.Write(original, reason, topic, Now);
        var twin = ForwardedCopy.Restore(Arrive(Entrance.DeadLetterTopic, Wrapped("{}", "copy-2", source), []));

        topic.ShouldBe(Topic.Trigger);
        letter.Reason.ShouldBe("Pub/Sub gave up after 5 deliveries on the subscription 'trigger-push'.");
        (letter.Cause, letter.Attempt, letter.Subscription)
            .ShouldBe(("attempts_exhausted", 5, "projects/p/subscriptions/trigger-push"));
        letter.EventTime.ShouldBe(new DateTimeOffset(2026, 11, 20, 6, 0, 0, 500, TimeSpan.Zero));
        DeadLetterWriter.Write(twin.Original, twin.Reason, twin.Topic, Now).Id.ShouldBe(letter.Id);

        var replay = Arrive(Entrance.RunRequests, Push(ReplayMessage.FromLetter(letter), "new"), []);
        replay.Event!.Time.ShouldBe(letter.EventTime!.Value);
        Letter(replay).Id.ShouldBe(letter.Id);
    }

    [Theory]
    [InlineData("fetch-push", null, Topic.Fetch)]
    [InlineData("trigger-push", null, Topic.Trigger)]
    [InlineData("trigger-push", FetchType, Topic.Fetch)]
    public void A_forwarded_copy_goes_back_to_the_topic_it_came_from(string subscription, string? type, Topic topic)
    {
        (string, string)[] attributes =
        [
            ("CloudPubSubDeadLetterSourceSubscription", subscription),
            .. type is null ? [] : new[] { ("ce-type", type) },
        ];

        ForwardedCopy.Restore(Arrive(Entrance.DeadLetterTopic, Wrapped(FetchBody, attributes: attributes), []))
            .Topic.ShouldBe(topic);
    }

    [Theory]
    [InlineData("open", 0, false, null)]
    [InlineData("open", 1, false, null)]
    [InlineData("open", 2, false, "replayed 2 times already")]
    [InlineData("open", 2, true, null)]
    [InlineData("discarded", 0, false, "was discarded")]
    [InlineData("discarded", 0, true, null)]
    [InlineData("resolved", 0, false, "has been loaded since")]
    [InlineData("resolved", 0, true, null)]
    public void A_third_replay_and_one_of_a_discarded_letter_want_force(
        string state, int replays, bool force, string? conflict)
    {
        var stored = new StoredDeadLetter(
            Letter(Arrive(Entrance.RunRequests, "nonsense", [])) with { Replays = replays }, state, Now, Now);
        var replay = () => DeadLetterReplayer.RequireReplayable(stored, force);

        if (conflict is null)
        {
            Should.NotThrow(replay);
        }
        else
        {
            Should.Throw<DeadLetterConflictException>(replay).Message.ShouldContain(conflict);
        }
    }

    [Fact]
    public void A_message_too_large_to_keep_is_cut_and_cannot_be_replayed_even_by_force()
    {
        var letter = Letter(Arrive(Entrance.RunRequests, new string('x', 5_000_001), [.. Metadata]));
        letter.PayloadTruncated.ShouldBeTrue();
        Convert.FromBase64String(letter.Payload).Length.ShouldBe(5_000_000);

        Should.Throw<DeadLetterConflictException>(
            () => DeadLetterReplayer.RequireReplayable(new StoredDeadLetter(letter, "open", Now, Now), force: true))
            .Message.ShouldContain("5000001 bytes");
    }

    [Fact]
    public void A_reason_and_a_hint_are_bounded()
    {
        var arrival = Arrive(Entrance.RunRequests, "{}", [.. Metadata]);
        var letter = DeadLetterWriter.Write(
            arrival, new RejectedEventException(new string('r', 9000), new string('h', 9000)), Topic.Trigger, Now);

        letter.Reason.Length.ShouldBe(4097);
        letter.Hint.Length.ShouldBe(4097);
    }

    [Fact]
    public void The_replay_command_is_a_line_for_the_shell()
    {
        var stored = new StoredDeadLetter(
            Letter(Arrive(Entrance.RunRequests, "nonsense", [])) with { Id = "dl-1" }, "open", Now, Now);

        DeadLetterSummary.FromStored(stored, "http://localhost:8080").ReplayCommand.ShouldBe(
            "curl -X POST 'http://localhost:8080/dead-letters/dl-1/replay'");
        DeadLetterSummary.FromStored(stored with { State = "discarded" }, "https://x.run.app").ReplayCommand
            .ShouldBe("EventPipeline dead-letters replay dl-1 --force");
    }

    private static DeadLetter Letter(Arrival arrival) => DeadLetterWriter.Write(arrival, Refused, Topic.Trigger, Now);

    private static string Push(OutgoingMessage message, string id) =>
        new System.Text.Json.Nodes.JsonObject
        {
            ["message"] = new System.Text.Json.Nodes.JsonObject
            {
                ["messageId"] = id,
                ["publishTime"] = "2026-12-24T00:00:00Z",
                ["data"] = Convert.ToBase64String(message.Data.Span),
                ["attributes"] = new System.Text.Json.Nodes.JsonObject(
                    message.Attributes.Select(
                        a => KeyValuePair.Create(a.Key, (System.Text.Json.Nodes.JsonNode?)a.Value))),
            },
            ["subscription"] = "projects/p/subscriptions/trigger",
        }.ToJsonString();

    private static Arrival Arrive(Entrance entrance, string body, (string Name, string Value)[] headers)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers)
        {
            dictionary[name] = value;
        }

        var request = new RequestBody(Encoding.UTF8.GetBytes(body), null);
        return CloudEventReader.Read(PushReader.Read(entrance, dictionary, request, Now));
    }
}
