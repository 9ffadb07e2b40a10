using EventPipeline.Google.BigQuery;
using EventPipeline.Google.Credentials;
using EventPipeline.Google.PubSub;
using EventPipeline.Google.SecretManager;
using EventPipeline.Google.SignIn;
using Microsoft.Extensions.Options;

namespace EventPipeline.Google;

/// <summary>Google Cloud's services instead of one machine's.</summary>
internal static class GoogleExtensions
{
    /// <summary>Registers the edges that the service has on Google Cloud.</summary>
    public static WebApplicationBuilder AddGoogle(this WebApplicationBuilder builder)
    {
        builder.Services.AddGoogleSignIn();                        // who may call
        builder.Services.AddSecretManager();                       // where vendors' keys are kept
        builder.Services.AddBigQuery(builder.Configuration);       // where rows are kept
        builder.AddPubSubOnGoogle();                               // how messages are sent
        return builder;
    }

    /// <summary>
    /// Publishing there needs a configured project and a credential, which an emulator does not need.
    /// </summary>
    private static void AddPubSubOnGoogle(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<PubSubOptions>, NamedProjectRule>();
        if (
            !EmulatorHost.IsUsed(
                builder.Configuration,
                "PUBSUB_EMULATOR_HOST",
                $"{PubSubOptions.Section}:{nameof(PubSubOptions.BaseAddress)}"))
        {
            builder.Services.AddHttpClient(nameof(PubSubPublisher)).AddGoogleCredentials();
        }
    }
}

/// <summary>The local mode's project does not belong to anyone at Google.</summary>
internal sealed class NamedProjectRule(IConfiguration configuration) : IValidateOptions<PubSubOptions>
{
    public ValidateOptionsResult Validate(string? name, PubSubOptions options) =>
        string.IsNullOrEmpty(configuration["GOOGLE_CLOUD_PROJECT"])
            && string.IsNullOrEmpty(configuration[$"{PubSubOptions.Section}:{nameof(PubSubOptions.ProjectId)}"])
            ? ValidateOptionsResult.Fail(
                "GOOGLE_CLOUD_PROJECT is empty: set it to the id of the project that contains the topics "
                + "(PubSub__ProjectId takes precedence).")
            : ValidateOptionsResult.Success;
}
