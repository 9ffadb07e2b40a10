using System.Text;
using System.Text.Json;

namespace EventPipeline.Tests.Broker;

public sealed class PushTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ObservedTime time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_wrapped_push_is_what_Pub_Sub_sends()
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204, time);
        var id = await PublishOneAsync(
            host, "eventpipeline-trigger", """{"data":"eyJkYXlzIjozfQ==","attributes":{"key":"value"},"orderingKey":"order"}""");

        var push = await host.NextPushAsync();

        push.Path.ShouldBe("/events/run-requested");
        push.Headers["Content-Type"].ShouldBe("application/json");
        push.Text.ShouldBe(
            $$$"""
            {"deliveryAttempt":1,"subscription":"projects/local/subscriptions/eventpipeline-trigger-push","message":{
            "attributes":{"key":"value"},"data":"eyJkYXlzIjozfQ==","orderingKey":"order",
            "messageId":"{{{id}}}","message_id":"{{{id}}}",
            "publishTime":"2026-11-23T06:00:00.123Z","publish_time":"2026-11-23T06:00:00.123Z"}}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public async Task What_a_message_lacks_is_absent_from_a_wrapped_push()
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204, time);

        await PublishOneAsync(host, "eventpipeline-trigger", """{"attributes":{"days":"3"}}""");
        var withoutData = JsonDocument.Parse((await host.NextPushAsync()).Body).RootElement.GetProperty("message");
        await PublishOneAsync(host, "eventpipeline-trigger", """{"data":"e30"}""");
        var withoutAttributes = JsonDocument.Parse((await host.NextPushAsync()).Body).RootElement.GetProperty(
            "message");

        withoutData.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["attributes", "messageId", "message_id", "publishTime", "publish_time"]);
        withoutAttributes.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["data", "messageId", "message_id", "publishTime", "publish_time"]);
    }

    [Fact]
    public async Task Any_text_arrives_whole_in_a_wrapped_push()
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204, time);
        var attributes = new Dictionary<string, string> { ["ключ ✓\n"] = "\"<ä&>'\\\u0001\u2028😀", [" "] = "" };

        await PublishOneAsync(host, "eventpipeline-trigger", JsonSerializer.Serialize(new { attributes }));

        var message = JsonDocument.Parse((await host.NextPushAsync()).Body).RootElement.GetProperty("message");
        message.GetProperty("attributes")
            .Deserialize<Dictionary<string, string>>()
            .ShouldBe(attributes, ignoreOrder: true);
    }

    [Fact]
    public async Task An_unwrapped_push_is_the_bytes_with_metadata_and_attributes_as_headers()
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204, time);
        byte[] data = [0, 0xFF, 0xFE, (byte)'{', 0x80];
        var id = await PublishOneAsync(
            host,
            "eventpipeline-fetch",
            $$$"""
            {"data":"{{{Convert.ToBase64String(data)}}}","orderingKey":"order","attributes":{"ce-id":"a/b c","content-type":"application/json",
             "traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","x-goog-pubsub-message-id":"forged","Empty":""}}
            """);

        var push = await host.NextPushAsync();

        push.Path.ShouldBe("/events/fetch-requested");
        push.Body.ShouldBe(data);
        push.Headers.ShouldBe(
            new Dictionary<string, string>
            {
                ["Host"] = host.Address.Authority,
                ["Content-Length"] = "5",
                ["Content-Type"] = "application/json",
                ["ce-id"] = "a/b c",
                ["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                ["Empty"] = "",
                ["x-goog-pubsub-subscription-name"] = "projects/local/subscriptions/eventpipeline-fetch-push",
                ["x-goog-pubsub-message-id"] = id,
                ["x-goog-pubsub-publish-time"] = "2026-11-23T06:00:00.123Z",
                ["x-goog-pubsub-ordering-key"] = "order",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task An_unwrapped_push_of_plain_bytes_has_neither_a_content_type_nor_a_trace()
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204, time);
        using var publishing = new System.Diagnostics.Activity("publish").Start();

        await PublishOneAsync(host, "eventpipeline-fetch", """{"data":"e30="}""");

        (await host.NextPushAsync()).Headers.Keys.ShouldBe(
            [
                "Host",
                "Content-Length",
                "x-goog-pubsub-subscription-name",
                "x-goog-pubsub-message-id",
                "x-goog-pubsub-publish-time",
            ],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData("not a header", "value")]
    [InlineData("name:", "value")]
    [InlineData("ключ", "value")]
    [InlineData("key", "ä")]
    [InlineData("key", "two\r\nInjected: lines")]
    [InlineData("key", "nul\0")]
    [InlineData("content-length", "1")]
    public async Task An_attribute_that_cannot_be_a_header_fails_its_own_message_only(string name, string value)
    {
        await using var host = await BrokerHost.StartAsync(
            folder.Path, 204, settings: [("Broker:MinimumBackoff", "00:00:00")]);
        var poison = JsonSerializer.Serialize(new[]
        {
            new { data = "e30=", attributes = new Dictionary<string, string> { [name] = value } },
        });

        using var published = await host.PublishAsync("eventpipeline-fetch", poison);
        published.EnsureSuccessStatusCode();
        await PublishOneAsync(host, "eventpipeline-fetch", """{"data":"e30="}""");
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        var pushes = host.Arrived().ToLookup(push => push.Path);
        pushes["/events/fetch-requested"].Count().ShouldBe(1);
        var attributes = JsonDocument.Parse(pushes["/events/dead-lettered"].ShouldHaveSingleItem().Body)
            .RootElement.GetProperty("message").GetProperty("attributes");
        attributes.GetProperty(name).GetString().ShouldBe(value);
        attributes.GetProperty("CloudPubSubDeadLetterSourceDeliveryCount").GetString().ShouldBe("5");
    }

    internal static async Task<string> PublishOneAsync(BrokerHost host, string topic, string message)
    {
        using var response = await host.PublishAsync(topic, $"[{message}]");
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.IsSuccessStatusCode.ShouldBeTrue(answer);
        return JsonDocument.Parse(answer).RootElement.GetProperty("messageIds")
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetString()!;
    }

    internal static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
