using System.Text;
using EventPipeline.Local.PubSubEmulator;
using EventPipeline.Messages;

namespace EventPipeline.EndToEndTests;

public sealed class EmulatorTests(PubSubEmulator emulator) : IClassFixture<PubSubEmulator>
{
    private readonly string project = PubSubEmulator.NewProject();

    [Fact]
    public async Task What_gcloud_publishes_to_the_trigger_topic_arrives_wrapped()
    {
        using var gcloud = new Gcloud(emulator.RequireAddress(), project);
        await using var service = await StartAsync(_ => 204);

        await gcloud.PublishAsync("eventpipeline-trigger", """{"days":3}""", "mode=dry_run,note=ä", TestContext.Current.CancellationToken);

        var message = (await service.NextAsync("/events/run-requested")).Message;
        Encoding.UTF8.GetString(message.GetProperty("data").GetBytesFromBase64()).ShouldBe("""{"days":3}""");
        message.GetProperty("attributes").GetProperty("mode").GetString().ShouldBe("dry_run");
        message.GetProperty("attributes").GetProperty("note").GetString().ShouldBe("ä");
    }

    [Fact]
    public async Task What_the_publisher_publishes_to_the_fetch_topic_arrives_as_a_binary_CloudEvent()
    {
        emulator.RequireAddress();
        await using var service = await StartAsync(_ => 204);
        var message = OutgoingMessage.CloudEvent(
            "run-1/acme", FetchRequested.EventType, DateTimeOffset.UnixEpoch, "{\"a\":1}"u8.ToArray());

        await service.Publisher.PublishAsync(Topic.Fetch, [message], TestContext.Current.CancellationToken);

        var push = await service.NextAsync("/events/fetch-requested");
        push.Body.ShouldBe(message.Data.ToArray());
        foreach (var (name, value) in message.Attributes)
        {
            push.Headers[name].ShouldBe(value);
        }

        push.Headers["x-goog-pubsub-subscription-name"]
            .ShouldBe($"projects/{project}/subscriptions/eventpipeline-fetch-push");
        push.Headers["x-goog-pubsub-message-id"].ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_poison_message_is_dead_lettered_after_five_pushes()
    {
        emulator.RequireAddress();
        var pushes = 0;
        await using var service = await StartAsync(push =>
        {
            if (push.Path == "/events/dead-lettered")
            {
                return 204;
            }

            Interlocked.Increment(ref pushes);
            return 500;
        });

        await service.Publisher.PublishAsync(
            Topic.Fetch,
            [new OutgoingMessage("poison"u8.ToArray(), new Dictionary<string, string> { ["original"] = "kept" })],
            TestContext.Current.CancellationToken);

        var message = (await service.NextAsync("/events/dead-lettered")).Message;
        pushes.ShouldBe(5);
        Encoding.UTF8.GetString(message.GetProperty("data").GetBytesFromBase64()).ShouldBe("poison");
        var attributes = message.GetProperty("attributes");
        attributes.GetProperty("original").GetString().ShouldBe("kept");
        attributes.GetProperty("CloudPubSubDeadLetterSourceDeliveryCount").GetString().ShouldBe("5");
        attributes.GetProperty("CloudPubSubDeadLetterSourceSubscription")
            .GetString()
            .ShouldBe("eventpipeline-fetch-push");
        attributes.GetProperty("CloudPubSubDeadLetterSourceSubscriptionProject").GetString().ShouldBe(project);
        attributes.TryGetProperty("CloudPubSubDeadLetterSourceTopicPublishTime", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_service_that_starts_again_elsewhere_gets_the_pushes()
    {
        emulator.RequireAddress();
        await using (await StartAsync(_ => 204))
        {
        }

        await using var service = await StartAsync(_ => 204);
        await service.Publisher.PublishAsync(
            Topic.Fetch,
            [new OutgoingMessage("{}"u8.ToArray(), new Dictionary<string, string>())],
            TestContext.Current.CancellationToken);

        (await service.NextAsync("/events/fetch-requested")).Body.ShouldBe("{}"u8.ToArray());
    }

    [Fact]
    public async Task A_topic_that_does_not_exist_is_told_with_how_to_create_it()
    {
        emulator.RequireAddress();
        await using var service = await Receiver.StartAsync(
            _ =>
                204,
                _ => { },
                _ => { },
                ("PUBSUB_EMULATOR_HOST", emulator.RequireHost()),
                ("GOOGLE_CLOUD_PROJECT", project));

        var failure = await Should.ThrowAsync<TransientFailureException>(() => service.Publisher.PublishAsync(
            Topic.Completed,
            [new OutgoingMessage("{}"u8.ToArray(), new Dictionary<string, string>())],
            TestContext.Current.CancellationToken));

        failure.Message.ShouldContain($"gcloud pubsub topics create eventpipeline-completed --project={project}");
    }

    [Fact]
    public async Task Without_an_emulator_the_service_does_not_start_and_says_why()
    {
        var failure = await Should.ThrowAsync<InvalidOperationException>(() => Receiver.StartAsync(
            _ => 204, services => services.AddPubSubEmulator(), _ => { }, ("PUBSUB_EMULATOR_HOST", "127.0.0.1:1")));

        failure.Message.ShouldContain("http://127.0.0.1:1/");
        failure.Message.ShouldContain("PUBSUB_EMULATOR_HOST");
    }

    private Task<Receiver> StartAsync(Func<ReceivedPush, int> answer) => Receiver.StartAsync(
        answer,
        services => services.AddPubSubEmulator(),
        _ => { },
        ("PUBSUB_EMULATOR_HOST", emulator.RequireHost()),
        ("GOOGLE_CLOUD_PROJECT", project),
        ("Broker:MaximumBackoff", "00:00:01"));
}
