using System.Text.Json;
using EventPipeline.Google.PubSub;
using EventPipeline.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Google;

[Collection(nameof(LargeBodies))]
[LargeBody]
public sealed class PubSubPublisherTests
{
    private static readonly Dictionary<string, string> NoAttributes = [];

    public static TheoryData<Topic, string, string, string> Illegal => new()
    {
        { Topic.Trigger, "", "value", "no name" },
        { Topic.Trigger, "googkey", "value", "'googkey'" },
        { Topic.Trigger, new string('k', 257), "value", "256" },
        { Topic.Trigger, new string('ä', 129), "value", "256" },
        { Topic.Trigger, "key", new string('v', 1_025), "'key'" },
        { Topic.Trigger, "key", new string('ä', 513), "'key'" },
        { Topic.Fetch, "not a header", "value", "'not a header'" },
        { Topic.Fetch, "key", "two\nlines", "'key'" },
        { Topic.Fetch, "key", "ä", "'key'" },
    };

    [Fact]
    public async Task A_message_is_published_as_Pub_Sub_reads_it()
    {
        await using var server = await TopicServer.StartAsync(TopicServer.Ids(2));

        await PublishAsync(
            server,
            Topic.Fetch,
            new("{}"u8.ToArray(), new Dictionary<string, string> { ["ce-id"] = "a\"b" }),
            new("?>"u8.ToArray(), NoAttributes));

        var request = server.Requests.ShouldHaveSingleItem();
        request.Path.ShouldBe("POST /v1/projects/my-project/topics/eventpipeline-fetch:publish");
        request.ContentType.ShouldBe("application/json");
        System.Text.Encoding.UTF8.GetString(request.Body).ShouldBe(
            """{"messages":[{"data":"e30=","attributes":{"ce-id":"a\"b"}},{"data":"Pz4="}]}""");
    }

    [Fact]
    public async Task A_message_needs_no_data_where_it_has_an_attribute()
    {
        await using var server = await TopicServer.StartAsync(TopicServer.Ids(1));

        await PublishAsync(
            server, Topic.Trigger, new OutgoingMessage(default, new Dictionary<string, string> { ["ключ"] = "✓" }));

        var message = JsonDocument.Parse(server.Requests.Single().Body).RootElement.GetProperty("messages")[0];
        message.TryGetProperty("data", out _).ShouldBeFalse();
        message.GetProperty("attributes").GetProperty("ключ").GetString().ShouldBe("✓");
    }

    [Fact]
    public async Task No_request_has_more_than_a_thousand_messages()
    {
        await using var server = await TopicServer.StartAsync(
            TopicServer.Ids(1_000), TopicServer.Ids(1_000), TopicServer.Ids(1));
        var messages = Enumerable.Range(0, 2_001)
            .Select(n => new OutgoingMessage(BitConverter.GetBytes(n), NoAttributes))
            .ToArray();

        await PublishAsync(server, Topic.Fetch, messages);

        DataOf(server).ShouldBe(messages.Select(message => Convert.ToBase64String(message.Data.Span)));
    }

    [Fact]
    public async Task No_request_is_larger_than_ten_megabytes()
    {
        await using var server = await TopicServer.StartAsync(TopicServer.Ids(3), TopicServer.Ids(2));
        var messages = Enumerable.Range(0, 5)
            .Select(n => new OutgoingMessage(new byte[2_400_000 + n], NoAttributes))
            .ToArray();

        await PublishAsync(server, Topic.Fetch, messages);

        server.Requests.ShouldAllBe(request => request.Body.Length <= 10_000_000);
        DataOf(server)
            .Select(data => data!.Length)
            .ShouldBe(messages.Select(message => Convert.ToBase64String(message.Data.Span).Length));
    }

    [Fact]
    public async Task A_message_that_no_request_can_hold_is_rejected_before_any_is_sent()
    {
        await using var server = await TopicServer.StartAsync();

        var rejected = await Should.ThrowAsync<RejectedEventException>(() => PublishAsync(
            server, Topic.Fetch, new("{}"u8.ToArray(), NoAttributes), new(new byte[7_500_000], NoAttributes)));

        rejected.Message.ShouldContain("10000000");
        server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Illegal))]
    public async Task An_attribute_that_cannot_be_delivered_is_rejected_by_name_before_anything_is_sent(
        Topic topic, string name, string value, string told)
    {
        await using var server = await TopicServer.StartAsync();

        var rejected = await Should.ThrowAsync<RejectedEventException>(() => PublishAsync(
            server,
            topic,
            new("{}"u8.ToArray(), NoAttributes),
            new("{}"u8.ToArray(), new Dictionary<string, string> { [name] = value })));

        rejected.Message.ShouldContain(told);
        rejected.Cause.ShouldBe(RejectionCause.BadInput);
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_empty_message_and_one_with_too_many_attributes_are_rejected()
    {
        await using var server = await TopicServer.StartAsync();
        var many = Enumerable.Range(0, 101).ToDictionary(n => $"k{n}", _ => "v");

        (
            await Should.ThrowAsync<RejectedEventException>(
                () => PublishAsync(server, Topic.Trigger, new OutgoingMessage(default, NoAttributes))))
            .Message.ShouldContain("empty");
        (
            await Should.ThrowAsync<RejectedEventException>(
                () => PublishAsync(server, Topic.Trigger, new OutgoingMessage(default, many))))
            .Message.ShouldContain("101");
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_to_publish_asks_nobody()
    {
        await using var server = await TopicServer.StartAsync();

        await PublishAsync(server, Topic.Fetch);

        server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_topic_that_is_busy_is_asked_again(int status)
    {
        await using var server = await TopicServer.StartAsync((status, ""), TopicServer.Ids(1));

        await PublishAsync(server, Topic.Fetch, new OutgoingMessage("{}"u8.ToArray(), NoAttributes));

        server.Requests.Count.ShouldBe(2);
        server.Requests.First().Body.ShouldBe(server.Requests.Last().Body);
    }

    [Fact]
    public async Task A_topic_that_stays_away_is_a_transient_failure_that_names_it()
    {
        var away = (503, """{"error":{"code":503,"message":"The service is away.","status":"UNAVAILABLE"}}""");
        await using var server = await TopicServer.StartAsync(away, away, away, away, TopicServer.Ids(1));

        var failure = await Should.ThrowAsync<TransientFailureException>(() =>
            PublishAsync(server, Topic.Fetch, new OutgoingMessage("{}"u8.ToArray(), NoAttributes)));

        failure.Message.ShouldContain("projects/my-project/topics/eventpipeline-fetch");
        failure.Message.ShouldContain("503 The service is away.");
        server.Requests.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_topic_that_does_not_exist_is_told_with_how_to_create_it()
    {
        await using var server = await TopicServer.StartAsync((404, ""));

        var failure = await Should.ThrowAsync<TransientFailureException>(() =>
            PublishAsync(server, Topic.Completed, new OutgoingMessage("{}"u8.ToArray(), NoAttributes)));

        failure.Message.ShouldContain("gcloud pubsub topics create eventpipeline-completed --project=my-project");
    }

    [Theory]
    [InlineData(200, """{"messageIds":["1"]}""", "1 message ids for 2")]
    [InlineData(200, "{}", "0 message ids for 2")]
    [InlineData(200, "null", "0 message ids for 2")]
    [InlineData(200, "<html>", "PubSub:BaseAddress")]
    [InlineData(200, """{"messageIds":{}}""", "PubSub:BaseAddress")]
    [InlineData(403, "<html>", "403 Forbidden")]
    [InlineData(400, """{"error":"no"}""", "400 Bad Request")]
    public async Task An_answer_that_does_not_confirm_every_message_is_a_failure(int status, string answer, string told)
    {
        await using var server = await TopicServer.StartAsync((status, answer));
        var message = new OutgoingMessage("{}"u8.ToArray(), NoAttributes);

        var failure = await Should.ThrowAsync<TransientFailureException>(
            () => PublishAsync(server, Topic.Fetch, message, message));

        failure.Message.ShouldContain(told);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    public async Task A_message_that_the_topic_refuses_fails_no_other_callers(int status)
    {
        var refused = (status, """{"error":{"message":"A message is wrong."}}""");
        await using var server = await TopicServer.StartAsync(
            TopicServer.Ids(1), refused, TopicServer.Ids(1), refused, TopicServer.Ids(1));
        await using var services = TopicServer.Services(("PubSub:BaseAddress", server.Address));
        var publisher = services.GetRequiredService<PubSubPublisher>();
        server.Hold();
        var first = PublishOneAsync("first");
        await server.Held;
        var (good, bad, other) = (PublishOneAsync("good"), PublishOneAsync("bad"), PublishOneAsync("other"));

        server.Release();

        await Task.WhenAll(first, good, other);
        (await Should.ThrowAsync<TransientFailureException>(() => bad)).Message.ShouldContain("A message is wrong.");
        DataOf(server)
            .Select(data => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data!)))
            .ShouldBe(["first", "good", "bad", "other", "good", "bad", "other"]);

        Task PublishOneAsync(string data) => publisher.PublishAsync(
            Topic.DeadLetter,
            [new(System.Text.Encoding.UTF8.GetBytes(data), NoAttributes)],
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_is_a_transient_failure_that_tells_the_address()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://{taken.LocalEndpoint}/";
        taken.Stop();
        await using var services = TopicServer.Services(("PubSub:BaseAddress", address));

        var failure = await Should.ThrowAsync<TransientFailureException>(
            () => services.GetRequiredService<PubSubPublisher>().PublishAsync(
            Topic.Fetch, [new("{}"u8.ToArray(), NoAttributes)], TestContext.Current.CancellationToken));

        failure.Message.ShouldContain(address);
        failure.Message.ShouldContain("projects/local/topics/eventpipeline-fetch");
    }

    private static IEnumerable<string?> DataOf(TopicServer server) => server.Requests.SelectMany(request =>
        JsonDocument.Parse(request.Body).RootElement.GetProperty("messages")
            .EnumerateArray()
            .Select(m => m.GetProperty("data").GetString()));

    private static async Task PublishAsync(TopicServer server, Topic topic, params OutgoingMessage[] messages)
    {
        await using var services = TopicServer.Services(
            ("PubSub:BaseAddress", server.Address), ("PubSub:ProjectId", "my-project"));
        await services.GetRequiredService<PubSubPublisher>()
            .PublishAsync(topic, messages, TestContext.Current.CancellationToken);
    }
}
