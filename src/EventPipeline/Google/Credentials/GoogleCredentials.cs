using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EventPipeline.Google.Credentials;

internal static class GoogleCredentials
{
    /// <summary>
    /// Puts an access token of the application default credentials on every request of a client that goes over https,
    /// or to this machine; a token that is refused with 401 is renewed once. Without one, requests fail with
    /// <see cref="TransientFailureException"/>.
    /// </summary>
    public static IHttpClientBuilder AddGoogleCredentials(this IHttpClientBuilder client)
    {
        client.Services.TryAddSingleton<AccessTokens>();
        client.Services.TryAddTransient<GoogleCredentialsHandler>();
        return client.RedactLoggedHeaders(_ => true).AddHttpMessageHandler<GoogleCredentialsHandler>();
    }
}

internal sealed class GoogleCredentialsHandler(AccessTokens tokens) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Anyone listening on plain HTTP could use the token; an emulator needs none.
        if (request.RequestUri is not { } address || !(address.Scheme == Uri.UriSchemeHttps || address.IsLoopback))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var token = await tokens.GetAsync(address, cancellationToken);
        token.AddHeaders(request); // the quota project too, if a user's login names one
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.AccessToken);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !CanBeSentAgain(request.Content))
        {
            return response;
        }

        response.Dispose();
        token = await tokens.RenewAsync(token, address, cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.AccessToken);
        return await base.SendAsync(request, cancellationToken);
    }

    private static bool CanBeSentAgain(HttpContent? content) =>
        content is null or ByteArrayContent or ReadOnlyMemoryContent or System.Net.Http.Json.JsonContent;
}
