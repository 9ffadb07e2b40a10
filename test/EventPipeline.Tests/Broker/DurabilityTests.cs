using System.Text.Json;
using EventPipeline.Messages;

namespace EventPipeline.Tests.Broker;

public sealed class DurabilityTests : IDisposable
{
    private static readonly (string, string) NoBackoff = ("Broker:MinimumBackoff", "00:00:00");

    private readonly TemporaryFolder folder = new();
    private readonly ObservedTime time = new();

    private string FetchFolder => Path.Combine(folder.Path, "broker", "eventpipeline-fetch-push");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_was_not_acknowledged_before_the_process_was_killed_is_delivered_after()
    {
        await using (var killed = await BrokerHost.StartAsync(folder.Path, Never))
        {
            using var response = await killed.PublishAsync("eventpipeline-fetch", """[{"data":"MQ=="},{"data":"Mg=="},{"data":"Mw=="}]""");
            response.EnsureSuccessStatusCode();
            await killed.NextPushAsync();
        }

        await using var host = await BrokerHost.StartAsync(folder.Path, 204);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        host.Arrived().Select(push => push.Text).ShouldBe(["1", "2", "3"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_was_acknowledged_does_not_come_again()
    {
        await using (var first = await BrokerHost.StartAsync(folder.Path, 204))
        {
            await PushTests.PublishOneAsync(first, "eventpipeline-fetch", """{"data":"MQ=="}""");
            await first.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);
        }

        await using var host = await BrokerHost.StartAsync(folder.Path, 204);
        await PushTests.PublishOneAsync(host, "eventpipeline-fetch", """{"data":"Mg=="}""");
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        host.Arrived().ShouldHaveSingleItem().Text.ShouldBe("2");
    }

    [Fact]
    public async Task Attempts_count_on_after_a_restart_and_a_delivery_cut_off_by_it_does_not_count()
    {
        await using (var killed = await BrokerHost.StartAsync(folder.Path, 500, time))
        {
            await PushTests.PublishOneAsync(killed, "eventpipeline-trigger", """{"data":"MQ=="}""");
            await time.NextBackoffAsync();
        }

        await using (var killed = await BrokerHost.StartAsync(folder.Path, Never, time))
        {
            AttemptOf(await killed.NextPushAsync()).ShouldBe(2);
        }

        await using var host = await BrokerHost.StartAsync(folder.Path, 204, time);
        AttemptOf(await host.NextPushAsync()).ShouldBe(2);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Message_ids_grow_and_none_comes_again_even_when_the_clock_stands_still()
    {
        var ids = new List<long>();
        for (var restart = 0; restart < 3; restart++)
        {
            await using var host = await BrokerHost.StartAsync(folder.Path, 204, time);
            for (var n = 0; n < 3; n++)
            {
                ids.Add(long.Parse(await PushTests.PublishOneAsync(host, "eventpipeline-completed", """{"data":"MQ=="}"""), null));
            }
        }

        ids.ShouldBe(ids.Distinct().Order());
    }

    [Fact]
    public async Task Files_that_are_no_messages_become_dead_letters_and_stop_nothing()
    {
        Directory.CreateDirectory(FetchFolder);
        await File.WriteAllTextAsync(
            Path.Combine(FetchFolder, "5.0.json.tmp"), "{\"publ", TestContext.Current.CancellationToken);
        foreach (var (id, text) in new[] { (1, ""), (2, "{"), (3, "null"), (4, "{}"), (6, "[[[["), (7, """{"id":7,"data":null}""") })
        {
            await File.WriteAllTextAsync(
                Path.Combine(FetchFolder, $"{id}.0.json"), text, TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(
            Path.Combine(FetchFolder, "notes.txt"), "mine", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "broker", "last-id"), "?", TestContext.Current.CancellationToken);

        await using var host = await BrokerHost.StartAsync(folder.Path, 204);
        await PushTests.PublishOneAsync(host, "eventpipeline-fetch", """{"data":"MQ=="}""");
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        var arrived = host.Arrived();
        arrived.Where(push => push.Path == "/events/fetch-requested").ShouldHaveSingleItem().Text.ShouldBe("1");
        var reasons = arrived
            .Where(push => push.Path == "/events/dead-lettered")
            .Select(push => AttributesOf(push).GetProperty(CopyMarks.Unreadable).GetString()!)
            .Order()
            .ToList();
        reasons.Count.ShouldBe(6);
        reasons[0].ShouldContain(
            $"{Path.Combine(FetchFolder, "1.0.json")} (0 bytes, SHA-256 "
                + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855): It is empty.");
        Directory.GetFiles(FetchFolder).Select(Path.GetFileName).ShouldBe(
            [
                "1.0.unreadable",
                "2.0.unreadable",
                "3.0.unreadable",
                "4.0.unreadable",
                "6.0.unreadable",
                "7.0.unreadable",
                "notes.txt",
            ],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData("eventpipeline-fetch", 0)]
    [InlineData("eventpipeline-fetch", 20)]
    [InlineData("eventpipeline-fetch", null)]
    [InlineData("eventpipeline-trigger", 0)]
    public async Task A_message_whose_file_was_damaged_becomes_a_dead_letter_that_says_what_it_was(
        string topic, int? left)
    {
        string file;
        await using (var killed = await BrokerHost.StartAsync(folder.Path, Never))
        {
            await PushTests.PublishOneAsync(killed, topic, """{"data":"MQ==","attributes":{"ce-id":"the-window"}}""");
            await killed.NextPushAsync();
            file = Directory.GetFiles(Path.Combine(folder.Path, "broker", $"{topic}-push"), "*.json")
                .ShouldHaveSingleItem();
        }

        await using (var damaged = File.Open(file, FileMode.Open))
        {
            damaged.SetLength(left ?? 0);
            damaged.Write(left is null ? "garbage"u8 : []);
        }

        await using var host = await BrokerHost.StartAsync(folder.Path, 204);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        var letter = host.Arrived().ShouldHaveSingleItem();
        letter.Path.ShouldBe("/events/dead-lettered");
        JsonElement.Parse(letter.Body).GetProperty("message").GetProperty("data").GetString().ShouldBe("MQ==");
        var attributes = AttributesOf(letter);
        attributes.GetProperty("ce-id").GetString().ShouldBe("the-window");
        attributes.GetProperty("CloudPubSubDeadLetterSourceSubscription").GetString().ShouldBe($"{topic}-push");
        attributes.GetProperty(CopyMarks.Unreadable).GetString().ShouldNotBeNull().ShouldContain(file);
        Directory.GetFiles(Path.GetDirectoryName(file)!).ShouldBe([Path.ChangeExtension(file, ".unreadable")]);
    }

    [Fact]
    public async Task A_dead_letter_whose_file_was_damaged_is_delivered_all_the_same()
    {
        await using (var killed = await BrokerHost.StartAsync(folder.Path, Never))
        {
            await PushTests.PublishOneAsync(killed, "eventpipeline-dead-letter", """{"data":"MQ=="}""");
            await killed.NextPushAsync();
        }

        await File.WriteAllTextAsync(
            Directory.GetFiles(Path.Combine(folder.Path, "broker", "eventpipeline-dead-letter-push"), "*.json")
                .ShouldHaveSingleItem(),
            "",
            TestContext.Current.CancellationToken);
        await using var host = await BrokerHost.StartAsync(folder.Path, 204);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        JsonElement.Parse(host.Arrived().ShouldHaveSingleItem().Body)
            .GetProperty("message")
            .GetProperty("data")
            .GetString()
            .ShouldBe("MQ==");
    }

    [Fact]
    public async Task Stopping_lets_deliveries_end_and_begins_no_other()
    {
        var release = new TaskCompletionSource();
        await using (var stopped = await BrokerHost.StartAsync(
            folder.Path,
            async (_, _) =>
            {
                await release.Task;
                return 204;
            },
            settings: ("Broker:MaxOutstanding", "1")))
        {
            using var response = await stopped.PublishAsync("eventpipeline-fetch", """[{"data":"MQ=="},{"data":"Mg=="}]""");
            (await stopped.NextPushAsync()).Text.ShouldBe("1");
            var stopping = stopped.StopAsync();
            release.SetResult();
            await stopping;
            stopped.Arrived().ShouldBeEmpty();
        }

        await using var host = await BrokerHost.StartAsync(folder.Path, 204);
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);
        host.Arrived().ShouldHaveSingleItem().Text.ShouldBe("2");
    }

    [Fact]
    public async Task Stopping_gives_up_deliveries_that_do_not_end_and_keeps_their_messages()
    {
        await using (var stopped = await BrokerHost.StartAsync(folder.Path, Never, time))
        {
            await PushTests.PublishOneAsync(stopped, "eventpipeline-trigger", """{"data":"MQ=="}""");
            await stopped.NextPushAsync();
            var stopping = stopped.StopAsync();
            var bound = await time.NextBackoffAsync();
            time.Advance(bound);
            await stopping;
        }

        await using var host = await BrokerHost.StartAsync(folder.Path, 204, time);
        AttemptOf(await host.NextPushAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_folder_in_use_is_refused_by_name()
    {
        await using var host = await BrokerHost.StartAsync(folder.Path, 204);

        var refused = await Should.ThrowAsync<InvalidOperationException>(() => BrokerHost.StartAsync(folder.Path, 204));

        refused.Message.ShouldContain(folder.Path);
    }

    [Fact]
    public async Task Publishing_in_parallel_while_deliveries_fail_loses_nothing()
    {
        var failures = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        await using var host = await BrokerHost.StartAsync(
            folder.Path,
            (push, _) => Task.FromResult(failures.AddOrUpdate(push.Text, 1, (_, n) => n + 1) < 3 ? 500 : 204),
            settings: NoBackoff);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(n =>
            PushTests.PublishOneAsync(host, "eventpipeline-fetch", $$"""{"data":"{{PushTests.Base64($"{n}")}}"}""")));
        await host.Broker.WaitUntilIdleAsync(TestContext.Current.CancellationToken);

        failures.Count.ShouldBe(40);
        failures.Values.ShouldAllBe(n => n == 3);
        Directory.GetFiles(FetchFolder).ShouldBeEmpty();
    }

    private static async Task<int> Never(Push push, CancellationToken aborted)
    {
        await Task.Delay(Timeout.Infinite, aborted).ContinueWith(_ => { }, TaskScheduler.Default);
        return 204;
    }

    private static JsonElement AttributesOf(Push push) =>
        JsonElement.Parse(push.Body).GetProperty("message").GetProperty("attributes");

    private static int AttemptOf(Push push) =>
        JsonDocument.Parse(push.Body).RootElement.GetProperty("deliveryAttempt").GetInt32();
}
