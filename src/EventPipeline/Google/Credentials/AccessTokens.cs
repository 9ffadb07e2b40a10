using Google.Apis.Auth.OAuth2;

namespace EventPipeline.Google.Credentials;

/// <summary>
/// Access tokens of the process's one credential: the metadata server's on Google Cloud, workload identity federation,
/// or a person's own login. https://cloud.google.com/docs/authentication/application-default-credentials
/// </summary>
internal sealed class AccessTokens : IDisposable
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private readonly SemaphoreSlim _one = new(1);
    private GoogleCredential? _credential;

    /// <summary>A token that has not expired; the library keeps it until shortly before it does.</summary>
    /// <exception cref="TransientFailureException">There is no credential, or it yields no token.</exception>
    public Task<AccessTokenWithHeaders> GetAsync(Uri address, CancellationToken cancellationToken) =>
        AskAsync(credential => TokenAsync(credential, address, cancellationToken), cancellationToken);

    /// <summary>Replaces a refused token, unless another caller has renewed it meanwhile.</summary>
    /// <exception cref="TransientFailureException">There is none.</exception>
    public Task<AccessTokenWithHeaders> RenewAsync(
        AccessTokenWithHeaders refused, Uri address, CancellationToken cancellationToken) => AskAsync(
        async credential =>
        {
            if (
                await TokenAsync(credential, address, cancellationToken) is { } token
                    && token.AccessToken != refused.AccessToken)
            {
                return token;
            }

            _ = credential.UnderlyingCredential switch
            {
                ServiceCredential service => await service.RequestAccessTokenAsync(cancellationToken),
                UserCredential user => await user.RefreshTokenAsync(cancellationToken),
                _ => false,
            };
            return await TokenAsync(credential, address, cancellationToken);
        },
        cancellationToken);

    public void Dispose() => _one.Dispose();

    private static Task<AccessTokenWithHeaders> TokenAsync(
        GoogleCredential credential, Uri address, CancellationToken cancellationToken) =>
        ((ITokenAccessWithHeaders)credential)
            .GetAccessTokenWithHeadersForRequestAsync(address.AbsoluteUri, cancellationToken);

    private async Task<AccessTokenWithHeaders> AskAsync(
        Func<GoogleCredential, Task<AccessTokenWithHeaders>> ask, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            _credential ??= (await AmbientCredential.LoadAsync(cancellationToken)).CreateScoped(Scope);
            return await ask(_credential);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _credential = null;
            throw new TransientFailureException(
                $"No access token for Google Cloud: {failure.Message} On Cloud Run, check the service's "
                    + "service account and that the metadata server responds; on your own machine, "
                    + "run `gcloud auth application-default login`.",
                failure);
        }
        finally
        {
            _one.Release();
        }
    }
}
