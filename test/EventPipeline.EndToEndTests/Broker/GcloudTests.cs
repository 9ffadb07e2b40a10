using System.Text;
using EventPipeline.Local.Broker;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.EndToEndTests.Broker;

public sealed class GcloudTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("eventpipeline-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_gcloud_publishes_to_the_local_broker_arrives_wrapped()
    {
        await using var service = await StartAsync();
        using var gcloud = new Gcloud(service.Address, "local");

        // These bytes take the characters in which the alphabets of base64 differ.
        await gcloud.PublishAsync(
            "eventpipeline-trigger",
            "{\"note\":\"ÿ?>~ÿ?>~ÿ?>~\"}",
            "mode=dry_run,days=3",
            TestContext.Current.CancellationToken);

        var message = (await service.NextAsync("/events/run-requested")).Message;
        Encoding.UTF8.GetString(message.GetProperty("data").GetBytesFromBase64())
            .ShouldBe("{\"note\":\"ÿ?>~ÿ?>~ÿ?>~\"}");
        message.GetProperty("attributes").GetProperty("mode").GetString().ShouldBe("dry_run");
        message.GetProperty("attributes").GetProperty("days").GetString().ShouldBe("3");
    }

    [Fact]
    public async Task Attributes_alone_are_enough_for_gcloud_and_the_topics_are_listed()
    {
        await using var service = await StartAsync();
        using var gcloud = new Gcloud(service.Address, "local");

        await gcloud.PublishAsync("eventpipeline-trigger", null, "days=3", TestContext.Current.CancellationToken);
        var topics = await gcloud.RunAsync(
            ["pubsub", "topics", "list", "--format=value(name)"], TestContext.Current.CancellationToken);

        (await service.NextAsync("/events/run-requested")).Message.TryGetProperty("data", out _).ShouldBeFalse();
        topics.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldContain("projects/local/topics/eventpipeline-trigger");
    }

    [Fact]
    public async Task A_wrong_topic_is_told_by_gcloud_with_those_that_exist()
    {
        await using var service = await StartAsync();
        using var gcloud = new Gcloud(service.Address, "local");

        var failure = await Should.ThrowAsync<InvalidOperationException>(() =>
            gcloud.PublishAsync("eventpipeline-triger", "{}", null, TestContext.Current.CancellationToken));

        failure.Message.ShouldContain("projects/local/topics/eventpipeline-trigger");
    }

    private Task<Receiver> StartAsync() =>
        Receiver.StartAsync(
            _ => 204,
            services => services.AddSingleton(new KnownVendors([])).AddLocalBroker(folder),
            app => app.MapLocalBroker());
}
