using Google.Apis.Auth.OAuth2;

namespace EventPipeline.Google.Credentials;

/// <summary>
/// The credential that a process finds around it: a file that the environment names, the metadata server's on Google
/// Cloud, or a person's own login. https://cloud.google.com/docs/authentication/application-default-credentials
/// </summary>
internal static class AmbientCredential
{
    public static async Task<GoogleCredential> LoadAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("GOOGLE_APPLICATION_CREDENTIALS") is { Length: > 0 } file)
        {
            return await CredentialFactory.FromFileAsync<GoogleCredential>(file, cancellationToken);
        }

        if (Environment.GetEnvironmentVariable("GCE_METADATA_HOST") is { Length: > 0 })
        {
            return GoogleCredential.FromComputeCredential(new ComputeCredential());
        }

        try
        {
            return await GoogleCredential.GetApplicationDefaultAsync(cancellationToken);
        }
        catch (InvalidOperationException)
        {
            // The library remembers forever that the metadata server did not respond, which can happen when an instance
            // has just started.
            return GoogleCredential.FromComputeCredential(new ComputeCredential());
        }
    }
}
