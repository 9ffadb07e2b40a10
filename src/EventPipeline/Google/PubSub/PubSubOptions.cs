using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.Google.PubSub;

/// <summary>Where Pub/Sub is, and what the service's topics are called there.</summary>
public sealed class PubSubOptions
{
    public const string Section = "PubSub";

    /// <summary>The project of the topics. Also read from <c>GOOGLE_CLOUD_PROJECT</c>.</summary>
    [Required(ErrorMessage = "PubSub:ProjectId is empty: set it, or GOOGLE_CLOUD_PROJECT.")]
    public string ProjectId { get; set; } = "local";

    /// <summary>
    /// Pub/Sub's REST API, without the version. <c>PUBSUB_EMULATOR_HOST</c>, <c>host:port</c>, points it at an
    /// emulator.
    /// </summary>
    [
        Required(
            ErrorMessage =
                "PubSub:BaseAddress or PUBSUB_EMULATOR_HOST is not an address: the first takes "
                    + "https://pubsub.googleapis.com/, "
        + "the second host:port, such as 127.0.0.1:8085.")]
    public Uri BaseAddress { get; set; } = new("https://pubsub.googleapis.com/");

    /// <summary>Where runs are requested.</summary>
    public string TriggerTopic { get; set; } = "eventpipeline-trigger";

    /// <summary>Where windows are requested.</summary>
    public string FetchTopic { get; set; } = "eventpipeline-fetch";

    /// <summary>Where the end of a run is announced.</summary>
    public string CompletedTopic { get; set; } = "eventpipeline-completed";

    /// <summary>Where messages that cannot succeed go.</summary>
    public string DeadLetterTopic { get; set; } = "eventpipeline-dead-letter";

    /// <summary>The id of a topic within the project.</summary>
    public string IdOf(Topic topic) => topic switch
    {
        Topic.Trigger => TriggerTopic,
        Topic.Fetch => FetchTopic,
        Topic.Completed => CompletedTopic,
        Topic.DeadLetter => DeadLetterTopic,
        _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, "No such topic."),
    };

    /// <summary>The full name of a topic: <c>projects/P/topics/T</c>.</summary>
    public string NameOf(string topicId) => $"projects/{ProjectId}/topics/{topicId}";
}

[OptionsValidator]
internal sealed partial class PubSubOptionsValidator : IValidateOptions<PubSubOptions>;

/// <summary>The rules that span settings, or that an attribute cannot express.</summary>
internal sealed partial class PubSubOptionsRules : IValidateOptions<PubSubOptions>
{
    public ValidateOptionsResult Validate(string? name, PubSubOptions options)
    {
        var errors = new List<string>();
        if (options.BaseAddress is { } address
            && !(
                address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)))
        {
            errors.Add($"PubSub:BaseAddress is '{address}': it takes an address such as https://pubsub.googleapis.com/ "
                + "(PUBSUB_EMULATOR_HOST takes host:port, such as 127.0.0.1:8085).");
        }

        errors.AddRange(
            Enum.GetValues<Topic>().Where(topic => !ResourceId().IsMatch(options.IdOf(topic))).Select(topic =>
            $"PubSub:{topic}Topic is '{options.IdOf(topic)}': it takes 3 to 255 letters, digits, '-', '.', '_', '~', "
                + "'+' and '%', "
                + "and begins with a letter and not with 'goog'."));
        var shared = Enum.GetValues<Topic>().GroupBy(options.IdOf).Where(group => group.Count() > 1);
        errors.AddRange(shared.Select(group =>
            $"PubSub: the topics {string.Join(" and ", group)} are both called '{group.Key}': "
            + "give each a different name."));
        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }

    // https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
    [GeneratedRegex(@"\A(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}\z")]
    private static partial Regex ResourceId();
}
