using static EventPipeline.Tests.Trigger.Pushes;

namespace EventPipeline.Tests.DeadLetters;

/// <summary>Pushes that nobody should send. None is ever done, also when it is replayed.</summary>
internal static class OddPushes
{
    private const string Published = "google.cloud.pubsub.topic.v1.messagePublished";
    private const string OwnLetter = "eventpipeline.dead-lettered.v1";
    private const string Trigger = "events/run-requested";
    private const string Fetch = "events/fetch-requested";
    private const string Dead = "events/dead-lettered";
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Asked = """{"days":99}""";

    private static readonly (string, string)[] Cloud = [("content-type", "application/cloudevents+json")];

    private static readonly (string, string)[] Copy =
    [
        ("CloudPubSubDeadLetterSourceDeliveryCount", "5"),
        ("CloudPubSubDeadLetterSourceSubscription", "trigger-push"),
        ("CloudPubSubDeadLetterSourceSubscriptionProject", "p"),
        ("CloudPubSubDeadLetterSourceTopicPublishTime", "2026-11-20T06:00:00.5+00:00"),
    ];

    public static (string Name, string Path, string Body, (string Name, string Value)[] Headers)[] All { get; } =
    [
        ("a copy of a copy, in lower case and as Pub/Sub spells it", Dead,
            Wrapped("{", "o1",
            [
                ("cloudpubsubdeadlettersourcesubscription", "inner-fetch"),
                ("cloudpubsubdeadlettersourcedeliverycount", "7"),
                .. Copy,
                ("Days", "3"),
            ]),
            []),
        ("a copy whose publish time and count are nonsense", Dead,
            Wrapped(Asked, "o2",
            [
                ("CloudPubSubDeadLetterSourceDeliveryCount", "many"),
                ("CloudPubSubDeadLetterSourceTopicPublishTime", "soon"),
                ("ce-ID", "x"),
            ]),
            []),
        ("a copy of a structured event of the fetch topic with another mode", Dead,
            Wrapped(Structured(FetchOf("Production"), FetchType), "o3", [.. Cloud, .. Copy, ("CE-TYPE", FetchType)]),
            []),
        ("a copy with a reason of the broker's", Dead,
            Wrapped(Asked, "o4", [.. Copy, ("CloudPubSubDeadLetterSourceUnreadable", "damaged")]), []),
        ("a copy inside Eventarc's envelope", Dead,
            Wrapped(Asked, "o5", [.. Copy, ("ce-replays", "1")]), Binary(Published)),
        ("a copy pushed to the root, its address with a query", "?days=3", Wrapped(Asked, "o6", Copy), []),
        ("attributes of the event twice, in upper and lower case", Trigger,
            Wrapped(Asked, "o7", [.. Binary(), ("CE-ID", "other"), ("Ce-Replays", "2"), ("TraceParent", Trace)]), []),
        ("an argument twice, in upper and lower case", Trigger,
            Wrapped(Asked, "o8", [("days", "3"), ("Days", "4")]), []),
        ("attributes that are Google's, or look so", Trigger,
            Wrapped(Asked, "o9",
            [
                ("googclient_x", "1"), ("googx", "2"), ("GoogClient_y", "3"),
                ("CloudPubSubOther", "4"), ("tracer", "5"), ("ce-traceparent", "6"),
            ]),
            []),
        ("no JSON inside", Fetch, Wrapped("{\"runId\": ", "o10", Binary(FetchType)), []),
        ("no base64 inside", Trigger,
            """
            {"message":{"messageId":"o11","publishTime":"2026-11-22T23:59:59Z","data":"%%","attributes":{"days":"3"}},
            "subscription":"projects/p/subscriptions/s","deliveryAttempt":3}
            """.ReplaceLineEndings(""),
            []),
        ("an attribute that is a number", Trigger,
            """
            {"message":{"messageId":"o12","data":"e30=","attributes":{"days":3}},
            "subscription":"projects/p/subscriptions/s"}
            """.ReplaceLineEndings(""),
            [("ce-id", "outside")]),
        ("a publish time that is none", Trigger,
            """{"message":{"messageId":"o13","publishTime":"soon","data":"e30="}}""", [("ce-id", "outside")]),
        ("a structured event in a wrapped push, without a source", Trigger,
            Wrapped("""{"specversion":"1.0","id":"1","type":"x"}""", "o14", Cloud), []),
        ("a structured event in Eventarc's envelope in a wrapped push, its data no base64", Trigger,
            Wrapped(
                Wrapped(
                    Structured(null, more: ",\"data_base64\":\"%\""),
                    null,
                    Cloud),
                "o15",
                Binary(Published)),
            []),
        ("Eventarc's envelope in Eventarc's envelope", "",
            Wrapped(Wrapped(Asked, "inner", Binary()), null, Binary(Published)), Binary(Published)),
        ("Eventarc's envelope with data that is no base64", "",
            """{"message":{"messageId":"o17","data":"%%"},"subscription":"s"}""", Binary(Published)),
        ("a batch", Trigger, "[]", [("content-type", "application/cloudevents-batch+json"), ("ce-id", "batch")]),
        ("a letter of the service in Eventarc's envelope", "",
            Wrapped(LetterOf("dl-00000000000000000001"), "o19", Binary(OwnLetter)), Binary(Published)),
        ("a letter of the service whose id is none", Dead,
            Wrapped(LetterOf("dl-x0000000000000000001"), "o20", Binary(OwnLetter)), []),
        ("an event on the dead-letter topic", Dead, Wrapped(Asked, "o21", [.. Binary(), ("ce-foo", "1")]), []),
        ("70 KB on the dead-letter topic", Dead, Wrapped(new string('x', 70_000), "o22"), []),
        ("101 attributes and a long one on the dead-letter topic", Dead,
            Wrapped("x", "o23",
                [("Long", new string('v', 2000)), .. Enumerable.Range(0, 100).Select(i => ($"a{i}", "1"))]), []),
        ("no JSON at all on the dead-letter topic", Dead, "nonsense", [("ce-type", "mine"), ("days", "3")]),
        ("a body that is cut, on the dead-letter topic", Dead,
            new string('x', (14 * 1024 * 1024) + 1), [("ce-id", "cut")]),
        ("a message that does not fit a letter", Trigger, Wrapped(new string('y', 5_000_001), "o26"), []),
        ("a header that is not encoded", Trigger, """{"days":98}""", [.. Binary(), ("ce-subject", "\"open")]),
        ("an unwrapped push with that header", Fetch, FetchOf("MODE"),
            [.. Metadata, .. Binary(FetchType), ("ce-subject", "\"open")]),
        ("an unwrapped push published at no time", Fetch, FetchOf("MODE"),
            [("x-goog-pubsub-message-id", "o29"), ("x-goog-pubsub-publish-time", "never"), ("ce-id", "e29")]),
        ("a fetch request whose mode nobody knows", Fetch, FetchOf("prod"),
        [
            .. Metadata, ("ce-specversion", "1.0"), ("ce-id", "e30"), ("ce-source", "/s"), ("ce-type", FetchType),
        ]),
        ("a fetch request whose mode is a number", Fetch, FetchOf("1").Replace("\"1\"", "1"), Metadata),
        ("a fetch request without a mode", Fetch, FetchOf("").Replace("\"mode\":\"\",", ""), Metadata),
        ("a fetch request with a day that is none", Fetch,
            FetchOf("dry_run").Replace("2025-01-02", "2025-02-30"), Metadata),
        ("a fetch request with force as text and fields in upper case", Fetch,
            FetchOf("dry_run").Replace("}", ",\"force\":\"true\",\"Mode\":\"x\"}"), Metadata),
        ("nothing", "", "", []),
        ("nothing but a trace and a type", "", "", [("ce-type", "mine"), ("traceparent", Trace)]),
        ("a query", $"{Trigger}?days=3", Wrapped(Asked, "o37"), []),
        ("a message id with blanks", Trigger, Wrapped(Asked, "o 38"), []),
        ("another type", Fetch, Wrapped(Asked, "o39", Binary()), []),
    ];

    private static string FetchOf(string mode) =>
        $$"""
        {"runId":"r-1","mode":"{{mode}}","vendor":"anthropic","account":"acme","report":"cost",
        "from":"2025-01-01","to":"2025-01-02"}
        """.ReplaceLineEndings("");

    private static string LetterOf(string id) =>
        $$"""
        {"id":"{{id}}","sourceTopic":"trigger","reason":"r","hint":"h","eventId":"e19","eventSource":"/s",
        "cause":"bad_input","attributes":{"Days":"99","days":"98","googx":"1"},
        "payload":"eyJkYXlzIjo5OX0=","payloadSha256":"x","payloadBytes":2,"rejectedAt":"2026-11-20T06:00:00Z"}
        """.ReplaceLineEndings("");
}
