using System.Net;
using Microsoft.AspNetCore.Authorization;

namespace EventPipeline.Local.Service;

/// <summary>Lets callers on this machine, and no one else, call everything without a token.</summary>
internal static class LoopbackAccess
{
    /// <summary>Says that every caller is on this machine.</summary>
    public static IServiceCollection AddLoopbackAccess(this IServiceCollection services) =>
        services.AddAccess(FromHere, FromHere, FromHere);

    private static void FromHere(AuthorizationPolicyBuilder policy) =>
        policy.RequireAssertion(
            call =>
                call.Resource is HttpContext http
                    && IsFromHere(http)
                    && NamesThisMachine(http.Request.Host)
                    && IsNoOtherSites(http.Request));

    private static bool IsFromHere(HttpContext http) =>
        http.Connection.RemoteIpAddress is not { } address // not over a network
        || IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    // A web page somewhere can have its own name resolve to this machine; its requests still carry that name.
    private static bool NamesThisMachine(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // It can also send a form here under the right name; the browser then names the page's origin.
    private static bool IsNoOtherSites(HttpRequest request) =>
        request.Headers.Origin.Count == 0 || request.Headers.Origin == $"{request.Scheme}://{request.Host}";
}
