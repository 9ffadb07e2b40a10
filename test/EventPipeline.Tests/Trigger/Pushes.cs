using System.Text;
using System.Text.Json.Nodes;

namespace EventPipeline.Tests.Trigger;

/// <summary>Pushes as Pub/Sub and Eventarc send them.</summary>
internal static class Pushes
{
    public const string RunType = "eventpipeline.run.requested.v1";
    public const string FetchType = "eventpipeline.fetch.requested.v1";

    public const string FetchBody =
        """{"runId":"run-1","mode":"production","vendor":"anthropic","account":"default","report":"cost","from":"2026-11-20","to":"2026-11-22"}""";

    public static string Wrapped(
        string? data, string? id = "2070443601311540", params (string Name, string Value)[] attributes)
    {
        var message = new JsonObject { ["publishTime"] = "2026-11-22T23:59:59.123456789Z" };
        if (id is not null)
        {
            message["messageId"] = id;
            message["message_id"] = id;
        }

        if (data is not null)
        {
            message["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(data));
        }

        if (attributes.Length > 0)
        {
            message["attributes"] = new JsonObject(
                attributes.Select(a => KeyValuePair.Create(a.Name, (JsonNode?)a.Value)));
        }

        return new JsonObject
        {
            ["message"] = message,
            ["subscription"] = "projects/p/subscriptions/trigger",
            ["deliveryAttempt"] = 2,
        }
            .ToJsonString();
    }

    public static string Structured(string? data = """{"days":3}""", string type = RunType, string more = "") =>
        $$"""{"specversion":"1.0","id":"event-1","source":"//me","type":"{{type}}","time":"2026-11-21T06:00:00Z"{{(data is null ? "" : $",\"data\":{data}")}}{{more}}}""";

    public static (string Name, string Value)[] Binary(string type = RunType) =>
    [
        ("ce-specversion", "1.0"),
        ("ce-id", "event-1"),
        ("ce-source", "//me"),
        ("ce-type", type),
        ("ce-time", "2026-11-21T06:00:00Z"),
        ("content-type", "application/json"),
    ];

    public static (string Name, string Value)[] Metadata { get; } =
    [
        ("x-goog-pubsub-subscription-name", "projects/p/subscriptions/fetch"),
        ("x-goog-pubsub-message-id", "77"),
        ("x-goog-pubsub-publish-time", "2026-11-22T06:00:00Z"),
    ];
}
