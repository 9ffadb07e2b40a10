using EventPipeline.Google.PubSub;
using EventPipeline.Local.Broker;

namespace EventPipeline.Tests.Broker;

public sealed class FilterTests
{
    private static readonly IReadOnlyList<PushSubscription> Fetches =
        [.. PushSubscription.All(new PubSubOptions(), ["anthropic", "openai"]).Where(s => s.Path.Contains("fetch"))];

    [Theory]
    [InlineData("ce-vendor", "anthropic", "eventpipeline-fetch-anthropic-push")]
    [InlineData("ce-vendor", "openai", "eventpipeline-fetch-openai-push")]
    [InlineData("ce-vendor", "nobody", "eventpipeline-fetch-push")]
    [InlineData("ce-vendor", "OpenAI", "eventpipeline-fetch-push")]
    [InlineData("ce-vendor", "", "eventpipeline-fetch-push")]
    [InlineData("CE-Vendor", "openai", "eventpipeline-fetch-push")]
    [InlineData("days", "3", "eventpipeline-fetch-push")]
    public void Exactly_one_subscription_takes_a_fetch_message(string name, string value, string subscription) =>
        Fetches.Where(fetch => fetch.Takes(new Dictionary<string, string> { [name] = value }))
            .ShouldHaveSingleItem().Name.ShouldBe(subscription);

    [Fact]
    public void Without_vendors_one_subscription_takes_every_fetch_message()
    {
        var fetch = PushSubscription.All(new PubSubOptions(), []).Where(s => s.Path.Contains("fetch"))
            .ShouldHaveSingleItem();

        fetch.Name.ShouldBe("eventpipeline-fetch-push");
        fetch.Takes(new Dictionary<string, string> { ["ce-vendor"] = "openai" }).ShouldBeTrue();
    }
}
