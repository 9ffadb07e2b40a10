using System.Net;
using System.Net.Http.Headers;
using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EventPipeline.Google;

internal static class GoogleCredentials
{
    /// <summary>
    /// Puts an access token of the application default credentials on every request of a client that goes over https, or to this machine; a token
    /// that is refused with 401 is renewed once. Without one, requests fail with <see cref="TransientFailureException"/>.
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
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Whoever listens to plain HTTP on the way could use the token; an emulator wants none.
        if (request.RequestUri is not { } address || !(address.Scheme == Uri.UriSchemeHttps || address.IsLoopback))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var token = await tokens.GetAsync(address, cancellationToken);
        Sign(request, token);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !CanBeSentAgain(request.Content))
        {
            return response;
        }

        response.Dispose();
        Sign(request, await tokens.RenewAsync(token, address, cancellationToken));
        return await base.SendAsync(request, cancellationToken);
    }

    /// <summary>The token, and what else the credential wants to be said, such as the project that pays the quota.</summary>
    private static void Sign(HttpRequestMessage request, AccessTokenWithHeaders token)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.AccessToken);
        foreach (var name in token.Headers.Keys)
        {
            request.Headers.Remove(name);
        }

        token.AddHeaders(request);
    }

    private static bool CanBeSentAgain(HttpContent? content) =>
        content is null or ByteArrayContent or ReadOnlyMemoryContent or System.Net.Http.Json.JsonContent;
}
