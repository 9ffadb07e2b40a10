using EventPipeline.Vendors.Accounts;

namespace EventPipeline.Vendors.Http;

/// <summary>
/// Hashes the e-mail addresses in every body that a vendor answers with, where the settings ask for it.
/// </summary>
internal sealed class EmailHandler(EmailKey key) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The key first: nothing is asked for that could not be hashed.
        var hash = await key.FindAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        if (hash is not null)
        {
            var told = response.Content;
            response.Content = new StreamContent(
                new HashedEmailStream(await told.ReadAsStreamAsync(cancellationToken), hash));
            response.Content.Headers.ContentType = told.Headers.ContentType;
        }

        return response;
    }
}
