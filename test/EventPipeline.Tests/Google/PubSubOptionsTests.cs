using EventPipeline.Google.PubSub;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.Google;

public sealed class PubSubOptionsTests
{
    [Fact]
    public void Without_settings_the_project_is_local_and_Pub_Sub_is_Googles()
    {
        var options = Read();

        options.ProjectId.ShouldBe("local");
        options.BaseAddress.ShouldBe(new Uri("https://pubsub.googleapis.com/"));
        options.NameOf(options.TriggerTopic).ShouldBe("projects/local/topics/eventpipeline-trigger");
    }

    [Fact]
    public void The_names_operators_know_are_read()
    {
        var options = Read(("GOOGLE_CLOUD_PROJECT", "my-project"), ("PUBSUB_EMULATOR_HOST", "127.0.0.1:8085"));

        options.ProjectId.ShouldBe("my-project");
        options.BaseAddress.ShouldBe(new Uri("http://127.0.0.1:8085/"));
    }

    [Fact]
    public void The_services_own_settings_win()
    {
        var options = Read(
            ("GOOGLE_CLOUD_PROJECT", "my-project"), ("PubSub:ProjectId", "other"),
            ("PUBSUB_EMULATOR_HOST", "127.0.0.1:8085"), ("PubSub:BaseAddress", "http://127.0.0.1:9999"));

        options.ProjectId.ShouldBe("other");
        options.BaseAddress.ShouldBe(new Uri("http://127.0.0.1:9999/"));
    }

    [Theory]
    [InlineData("PubSub:TriggerTopic", "ab", "PubSub:TriggerTopic")]
    [InlineData("PubSub:TriggerTopic", "1abc", "PubSub:TriggerTopic")]
    [InlineData("PubSub:FetchTopic", "google", "PubSub:FetchTopic")]
    [InlineData("PubSub:CompletedTopic", "a/b/c", "PubSub:CompletedTopic")]
    [InlineData("PubSub:DeadLetterTopic", "", "PubSub:DeadLetterTopic")]
    [InlineData("PubSub:DeadLetterTopic", "eventpipeline-trigger", "eventpipeline-trigger")]
    [InlineData("PubSub:ProjectId", "", "PubSub:ProjectId")]
    [InlineData("PubSub:BaseAddress", "pubsub.googleapis.com", "PubSub:BaseAddress")]
    [InlineData("PubSub:BaseAddress", "ftp://pubsub", "PubSub:BaseAddress")]
    [InlineData("PUBSUB_EMULATOR_HOST", "no host:x", "PUBSUB_EMULATOR_HOST")]
    [InlineData("PUBSUB_EMULATOR_HOST", ":::", "PUBSUB_EMULATOR_HOST")]
    public void A_setting_that_cannot_be_right_is_refused_by_name(string name, string value, string told)
    {
        var refused = Should.Throw<OptionsValidationException>(() => Read((name, value)));

        refused.Message.ShouldContain(told);
    }

    [Fact]
    public void A_topic_id_of_255_characters_is_taken_and_one_more_is_not()
    {
        Read(("PubSub:TriggerTopic", new string('t', 255))).TriggerTopic.Length.ShouldBe(255);
        Should.Throw<OptionsValidationException>(() => Read(("PubSub:TriggerTopic", new string('t', 256))));
    }

    private static PubSubOptions Read(params (string, string?)[] settings)
    {
        using var services = TopicServer.Services(settings);
        return services.GetRequiredService<IOptions<PubSubOptions>>().Value;
    }
}
