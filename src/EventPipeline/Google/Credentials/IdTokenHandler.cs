using System.Net.Http.Headers;
using Google.Apis.Auth.OAuth2;

namespace EventPipeline.Google.Credentials;

/// <summary>
/// Puts an ID token on every request of a client: of the ambient credential, or of a service account that it acts as.
/// https://cloud.google.com/docs/authentication/get-id-token
/// </summary>
/// <param name="audience">Whom the token is for.</param>
/// <param name="account">
/// The service account to act as, which a person's own login has to: it makes no tokens for an audience. Null for the
/// credential itself.
/// </param>
/// <param name="inner">Sends the request.</param>
internal sealed class IdTokenHandler(string audience, string? account, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private OidcToken? _token;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancellationToken));
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            _token ??= await CreateAsync(cancellationToken);
            return await _token.GetAccessTokenAsync(cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            var remedy = account is null
                ? "A person's own login makes no such token: name the service account to act as with --operator, or "
                    + "run `gcloud auth application-default login` first."
                : $"You need roles/iam.serviceAccountTokenCreator on {account}, and a login "
                    + "(`gcloud auth application-default login`).";
            throw new TransientFailureException($"No ID token for '{audience}': {failure.Message} {remedy}", failure);
        }
    }

    private async Task<OidcToken> CreateAsync(CancellationToken cancellationToken)
    {
        var credential = await AmbientCredential.LoadAsync(cancellationToken);
        if (account is not null)
        {
            credential = credential.CreateScoped(Scope)
                .Impersonate(new ImpersonatedCredential.Initializer(account) { Scopes = [Scope] });
        }

        return await credential.GetOidcTokenAsync(OidcTokenOptions.FromTargetAudience(audience), cancellationToken);
    }
}
