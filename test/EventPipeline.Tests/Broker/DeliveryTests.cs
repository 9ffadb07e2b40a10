using System.Text.Json;

namespace EventPipeline.Tests.Broker;

public sealed class DeliveryTests : IDisposable
{
    private const string Message = """{"data":"e30=","attributes":{"original":"kept"}}""";
    private static readonly (string, string) NoBackoff = ("Broker:MinimumBackoff", "00:00:00");

    private readonly TemporaryFolder folder = new();
    private readonly ObservedTime time = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(204)]
    public async Task Each_documented_success_acknowledges(int status)
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, status, settings: NoBackoff);

        await PushTests.PublishOneAsync(host, "eventpipeline-fetch", Message);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        host.Arrived().ShouldHaveSingleItem();
        MessageFiles().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(203)]
    [InlineData(205)]
    [InlineData(206)]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Anything_else_does_not_acknowledge(int status)
    {
        var first = true;
        await using var host = await BrokerHost.StartAsync(
            folder.Path, (_, _) => Task.FromResult(Once(ref first) ? status : 204), settings: NoBackoff);

        await PushTests.PublishOneAsync(host, "eventpipeline-fetch", Message);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        host.Arrived().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Attempts_are_counted_and_wait_twice_as_long_each_time_up_to_the_maximum()
    {
        await using var host = await BrokerHost.StartAsync(
            folder.Path, 500, time, ("Broker:MaximumBackoff", "00:00:05"), ("Broker:MaxDeliveryAttempts", "100"));
        await PushTests.PublishOneAsync(host, "eventpipeline-trigger", Message);

        List<double> waits = [];
        List<int> attempts = [];
        while (waits.Count < 5)
        {
            attempts.Add(AttemptOf(await host.NextPushAsync()));
            var wait = await time.NextBackoffAsync();
            waits.Add(wait.TotalSeconds);
            time.Advance(wait);
        }

        waits.ShouldBe([1, 2, 4, 5, 5]);
        attempts.ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task A_push_without_an_answer_is_abandoned_at_the_deadline_and_made_again()
    {
        var aborted = new TaskCompletionSource();
        var first = true;
        await using var host = await BrokerHost.StartAsync(
            folder.Path,
            async (_, abort) =>
            {
                if (Once(ref first))
                {
                    abort.Register(aborted.SetResult);
                    await aborted.Task;
                }

                return 204;
            },
            time);
        await PushTests.PublishOneAsync(host, "eventpipeline-trigger", Message);
        await host.NextPushAsync();
        await time.NextDeadlineAsync();

        time.Advance(TimeSpan.FromSeconds(600));
        await aborted.Task.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(await time.NextBackoffAsync());

        AttemptOf(await host.NextPushAsync()).ShouldBe(2);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task After_its_attempts_a_message_is_dead_lettered_with_where_it_came_from()
    {
        await using var host = await BrokerHost.StartAsync(
            folder.Path,
            (push, _) => Task.FromResult(push.Path == "/events/dead-lettered" ? 204 : 500),
            settings: NoBackoff);

        var id = await PushTests.PublishOneAsync(host, "eventpipeline-fetch", Message);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        var pushes = host.Arrived().ToLookup(push => push.Path);
        pushes["/events/fetch-requested"]
            .Select(push => push.Headers["x-goog-pubsub-message-id"])
            .ShouldBe(Enumerable.Repeat(id, 5));
        var push = JsonDocument.Parse(pushes["/events/dead-lettered"].ShouldHaveSingleItem().Body).RootElement;
        push.TryGetProperty("deliveryAttempt", out _).ShouldBeFalse("its subscription has no dead-letter policy");
        var copy = push.GetProperty("message");
        long.Parse(copy.GetProperty("messageId").GetString()!, null).ShouldBeGreaterThan(long.Parse(id, null));
        copy.GetProperty("data").GetString().ShouldBe("e30=");
        copy.GetProperty("attributes").Deserialize<Dictionary<string, string>>().ShouldBe(
            new Dictionary<string, string>
            {
                ["original"] = "kept",
                ["CloudPubSubDeadLetterSourceDeliveryCount"] = "5",
                ["CloudPubSubDeadLetterSourceSubscription"] = "eventpipeline-fetch-push",
                ["CloudPubSubDeadLetterSourceSubscriptionProject"] = "local",
                ["CloudPubSubDeadLetterSourceTopicPublishTime"] =
                    pushes["/events/fetch-requested"].First().Headers["x-goog-pubsub-publish-time"],
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task A_message_with_every_attribute_allowed_can_still_be_dead_lettered()
    {
        var attributes = Enumerable.Range(0, 100).ToDictionary(n => $"a{n}", n => new string('v', 1_024));
        await using var host = await BrokerHost.StartAsync(
            folder.Path,
            (push, _) => Task.FromResult(push.Path == "/events/dead-lettered" ? 204 : 500),
            settings: NoBackoff);

        await PushTests.PublishOneAsync(host, "eventpipeline-trigger", JsonSerializer.Serialize(new { attributes }));
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        var copy = JsonDocument.Parse(host.Arrived().Last().Body).RootElement.GetProperty("message")
            .GetProperty("attributes");
        copy.EnumerateObject().Count().ShouldBe(104);
    }

    [Fact]
    public async Task Dead_letters_are_delivered_until_they_are_taken()
    {
        var attempts = 0;
        await using var host = await BrokerHost.StartAsync(
            folder.Path,
            (_, _) => Task.FromResult(Interlocked.Increment(ref attempts) <= 12 ? 500 : 204),
            settings: NoBackoff);

        await PushTests.PublishOneAsync(host, "eventpipeline-dead-letter", Message);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        host.Arrived().Select(push => push.Path).ShouldBe(Enumerable.Repeat("/events/dead-lettered", 13));
    }

    [Fact]
    public async Task No_more_messages_are_pushed_at_once_than_allowed()
    {
        var (running, most) = (0, 0);
        var room = new TaskCompletionSource();
        await using var host = await BrokerHost.StartAsync(
            folder.Path,
            async (_, _) =>
            {
                var now = Interlocked.Increment(ref running);
                most = Math.Max(most, now);
                if (now == 3)
                {
                    room.TrySetResult();
                }

                await room.Task;
                await Task.Yield();
                Interlocked.Decrement(ref running);
                return 204;
            },
            settings: ("Broker:MaxOutstanding", "3"));

        using var response = await host.PublishAsync(
            "eventpipeline-fetch", $"[{string.Join(",", Enumerable.Repeat(Message, 30))}]");
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        host.Arrived().Count.ShouldBe(30);
        most.ShouldBe(3);
    }

    [Fact]
    public async Task What_waits_for_room_or_another_attempt_is_outstanding_until_acknowledged()
    {
        var release = new TaskCompletionSource();
        await using var host = await BrokerHost.StartAsync(
            folder.Path,
            async (_, _) =>
            {
                await release.Task;
                return 204;
            },
            settings: ("Broker:MaxOutstanding", "1"));

        using var response = await host.PublishAsync("eventpipeline-fetch", $"[{Message},{Message}]");
        await host.NextPushAsync();
        var idle = host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        host.Broker.CountOutstanding()["eventpipeline-fetch-push"].ShouldBe(2);
        host.Arrived().ShouldBeEmpty("there is room for one");
        idle.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await idle;
        host.Broker.CountOutstanding().Values.ShouldAllBe(count => count == 0);
    }

    [Fact]
    public async Task Messages_are_delivered_in_the_order_they_were_published_or_in_the_order_of_the_seed()
    {
        var data = Enumerable.Range(0, 20).Select(n => $"{n}").ToList();
        var plain = await OrderOfDeliveryAsync([]);
        var shuffled = await OrderOfDeliveryAsync([("Broker:Faults:ShuffleSeed", "7")]);
        var again = await OrderOfDeliveryAsync([("Broker:Faults:ShuffleSeed", "7")]);

        plain.ShouldBe(data);
        shuffled.ShouldNotBe(data);
        shuffled.ShouldBe(data, ignoreOrder: true);
        again.ShouldBe(shuffled);

        async Task<List<string>> OrderOfDeliveryAsync((string, string)[] faults)
        {
            await using var host = await BrokerHost.StartAsync(
                folder.Path, 204, null, [("Broker:MaxOutstanding", "1"), .. faults]);
            using var response = await host.PublishAsync(
                "eventpipeline-fetch", $"[{string.Join(",", data.Select(n => $$"""{"data":"{{PushTests.Base64(n)}}"}"""))}]");
            await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);
            return [.. host.Arrived().Select(push => push.Text)];
        }
    }

    [Fact]
    public async Task A_duplicated_message_is_being_delivered_twice_at_the_same_time()
    {
        var both = new TaskCompletionSource();
        var arrived = 0;
        await using var host = await BrokerHost.StartAsync(
            folder.Path,
            async (_, _) =>
            {
                if (Interlocked.Increment(ref arrived) == 2)
                {
                    both.SetResult();
                }

                await both.Task;
                return 204;
            },
            settings: ("Broker:Faults:Duplicate", "true"));

        await PushTests.PublishOneAsync(host, "eventpipeline-fetch", Message);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        host.Arrived().Select(push => push.Headers["x-goog-pubsub-message-id"]).Distinct().ShouldHaveSingleItem();
        arrived.ShouldBe(2);
    }

    private static bool Once(ref bool first) => Interlocked.Exchange(ref first, false);

    private static int AttemptOf(Push push) =>
        JsonDocument.Parse(push.Body).RootElement.GetProperty("deliveryAttempt").GetInt32();

    private string[] MessageFiles() => Directory.GetFiles(folder.Path, "*.json", SearchOption.AllDirectories);
}
