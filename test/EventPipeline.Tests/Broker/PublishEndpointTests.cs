using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EventPipeline.Messages;

namespace EventPipeline.Tests.Broker;

[Collection(nameof(LargeBodies))]
public sealed class PublishEndpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Refused => new(
        "[]",
        "null",
        "{}",
        "[{}]",
        "[null]",
        """[{"data":""}]""",
        """[{"data":"*"}]""",
        """[{"data":"a"}]""",
        """[{"data":1}]""",
        """[{"datum":"e30="}]""",
        """[{"data":"e30="},{}]""",
        """[{"attributes":{"":"value"}}]""",
        """[{"attributes":{"key":null}}]""",
        """[{"attributes":{"key":1}}]""",
        """[{"attributes":{"googkey":"value"}}]""",
        JsonSerializer.Serialize(new[]
        {
            new { attributes = new Dictionary<string, string> { [new string('k', 257)] = "v" } },
        }),
        JsonSerializer.Serialize(new[]
        {
            new { attributes = new Dictionary<string, string> { ["key"] = new string('v', 1_025) } },
        }),
        JsonSerializer.Serialize(new[]
        {
            new { attributes = Enumerable.Range(0, 101).ToDictionary(n => $"k{n}", _ => "v") },
        }),
        JsonSerializer.Serialize(new[] { new { data = "e30=", orderingKey = new string('o', 1_025) } }),
        $"[{string.Join(",", Enumerable.Repeat("""{"data":"e30="}""", 1_001))}]",
        """[{"data":"e30="}""",
        $$"""[{"data":"{{new string('A', 10_485_760)}}"}]""");

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task What_Pub_Sub_refuses_is_refused_in_its_words_and_not_delivered(string messages)
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204);

        using var response = await host.PublishAsync("eventpipeline-trigger", messages);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("error");
        error.GetProperty("code").GetInt32().ShouldBe(400);
        error.GetProperty("status").GetString().ShouldBe("INVALID_ARGUMENT");
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        host.Broker.CountOutstanding().Values.Sum().ShouldBe(0);
        host.Arrived().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/v1/projects/local/topics/eventpipeline-triger:publish", "eventpipeline-trigger")]
    [InlineData(
        "/v1/projects/other/topics/eventpipeline-trigger:publish", "projects/local/topics/eventpipeline-trigger")]
    public async Task A_topic_that_does_not_exist_is_not_found_and_those_that_do_are_named(string path, string named)
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204);
        using var http = new HttpClient { BaseAddress = host.Address };

        using var response = await http.PostAsync(path, new StringContent("""{"messages":[{"data":"e30="}]}"""), TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("error");
        error.GetProperty("code").GetInt32().ShouldBe(404);
        error.GetProperty("status").GetString().ShouldBe("NOT_FOUND");
        error.GetProperty("message").GetString()!.ShouldContain(named);
    }

    [Theory]
    [InlineData("-_8=")]
    [InlineData("-_8")]
    [InlineData("+/8=")]
    public async Task Both_alphabets_of_base64_are_taken_with_or_without_padding(string data)
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204);

        await PushTests.PublishOneAsync(host, "eventpipeline-fetch", $$"""{"data":"{{data}}"}""");

        (await host.NextPushAsync()).Body.ShouldBe([0xFB, 0xFF]);
    }

    [Fact]
    [LargeBody]
    public async Task A_message_at_every_limit_is_taken()
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204);
        var attributes = Enumerable.Range(0, 100)
            .ToDictionary(n => $"{n:000}{new string('k', 253)}", _ => new string('v', 1_024));
        var data = Convert.ToBase64String(new byte[7_000_000]);

        await PushTests.PublishOneAsync(
            host, "eventpipeline-trigger", JsonSerializer.Serialize(new { data, attributes }));

        var message = JsonDocument.Parse((await host.NextPushAsync()).Body).RootElement.GetProperty("message");
        message.GetProperty("data").GetString().ShouldBe(data);
        message.GetProperty("attributes")
            .Deserialize<Dictionary<string, string>>()
            .ShouldBe(attributes, ignoreOrder: true);
    }

    [Fact]
    public async Task The_completed_topic_takes_messages_for_nobody()
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 500);

        var id = await PushTests.PublishOneAsync(host, "eventpipeline-completed", """{"data":"e30="}""");

        id.ShouldNotBeEmpty();
        host.Broker.CountOutstanding().Values.Sum().ShouldBe(0);
    }

    [Fact]
    public async Task The_topics_are_listed()
    {
        await using var host = await BrokerHost.StartAsync(
            folder.Path, 204, settings: ("PubSub:TriggerTopic", "my.trigger%~+"));
        using var http = new HttpClient { BaseAddress = host.Address };

        var list = await http.GetFromJsonAsync<JsonElement>(
            "v1/projects/local/topics", TestContext.Current.CancellationToken);

        list.GetProperty("topics").EnumerateArray().Select(topic => topic.GetProperty("name").GetString()).ShouldBe(
        [
            "projects/local/topics/my.trigger%~+",
            "projects/local/topics/eventpipeline-fetch",
            "projects/local/topics/eventpipeline-completed",
            "projects/local/topics/eventpipeline-dead-letter",
        ]);
    }

    [Fact]
    public async Task The_publisher_reaches_the_broker_of_its_own_service()
    {
        await using var host = await BrokerHost.StartAsync(
            folder.Path, 204, settings: ("PubSub:TriggerTopic", "my.trigger%~+"));
        var attributes = new Dictionary<string, string> { ["ключ"] = "\"значение\"" };

        await host.Publisher.PublishAsync(
            Topic.Trigger, [new("{}"u8.ToArray(), attributes), new("2"u8.ToArray(), new Dictionary<string, string>())],
            TestContext.Current.CancellationToken);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        var messages = host.Arrived()
            .Select(push => JsonDocument.Parse(push.Body).RootElement.GetProperty("message"))
            .ToList();
        messages.Select(message => message.GetProperty("data").GetString())
            .ShouldBe(["e30=", "Mg=="], ignoreOrder: true);
        messages.Count(message => message.TryGetProperty("attributes", out var got)
            && got.GetProperty("ключ").GetString() == "\"значение\"").ShouldBe(1);
    }
}
