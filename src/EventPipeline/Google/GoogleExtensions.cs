using EventPipeline.Google.SignIn;

namespace EventPipeline.Google;

/// <summary>Google Cloud's services in place of one machine's.</summary>
internal static class GoogleExtensions
{
    /// <summary>Registers the edges that the service has on Google Cloud.</summary>
    public static WebApplicationBuilder AddGoogle(this WebApplicationBuilder builder)
    {
        builder.Services.AddGoogleSignIn();   // who may call
        builder.Services.AddSecretManager();  // where vendors' keys are kept
        return builder;
    }
}
