using System.IO.Enumeration;

namespace EventPipeline.Vendors.Protocol;

/// <summary>From where files behind a vendor's links are fetched: nowhere else, whatever an answer says.</summary>
internal static class LinkHosts
{
    /// <summary>
    /// Whether a link leads to the account's own API, or over https to one of the hosts that the vendor keeps files on.
    /// </summary>
    public static bool Keep(Uri link, Conversation conversation) => link.UserInfo.Length == 0
        && (IsOwn(link, conversation.Account.BaseAddress)
            || (link.Scheme == Uri.UriSchemeHttps && link.IsDefaultPort && link.HostNameType == UriHostNameType.Dns
                && conversation.Protocol.LinkHosts.Any(
                    host => FileSystemName.MatchesSimpleExpression(host, link.IdnHost, ignoreCase: true))));

    private static bool IsOwn(Uri link, Uri api) =>
        Uri.Compare(
            link, api, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
}
