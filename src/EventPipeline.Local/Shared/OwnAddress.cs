using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EventPipeline.Local.Shared;

/// <summary>Where the service listens, known once it has started: the port may be any free one.</summary>
internal sealed class OwnAddress(IServer server)
{
    /// <summary>The address to reach the service at from this machine, e.g. <c>http://127.0.0.1:5080/</c>.</summary>
    /// <exception cref="InvalidOperationException">The service does not listen on plain HTTP, or not yet.</exception>
    public Uri Get()
    {
        var listening = server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(BindingAddress.Parse) ?? [];
        var http = listening.FirstOrDefault(address => address.Scheme == Uri.UriSchemeHttp && address.Port != 0)
            ?? throw new InvalidOperationException(
                "The service does not listen on an http:// address, so nothing can be pushed to it.");
        var host = http.Host is "0.0.0.0" or "[::]" or "*" or "+" ? "127.0.0.1" : http.Host;
        return new UriBuilder(Uri.UriSchemeHttp, host, http.Port).Uri;
    }
}

/// <summary>Sends requests to where the service listens, whatever address they were made for.</summary>
internal sealed class ToOwnAddressHandler(OwnAddress address) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(address.Get(), request.RequestUri!.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}
