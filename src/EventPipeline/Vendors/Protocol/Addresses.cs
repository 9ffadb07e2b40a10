using System.Text.RegularExpressions;

namespace EventPipeline.Vendors.Protocol;

/// <summary>
/// Foreign addresses, safe to show: scheme, host and path. A user, a query and a fragment may be worth as much as a
/// key: signatures of storage, tokens of a sign-in.
/// </summary>
internal static partial class Addresses
{
    /// <summary>One address, whole or relative, without its user, query and fragment.</summary>
    public static string WithoutQuery(string address) => WithoutUser(address.AsSpan(0, End(address)).ToString());

    /// <summary>
    /// A text with every address in it cut so, and with the values of parameters that name a secret left out.
    /// </summary>
    public static string Cut(string text)
    {
        if (!text.AsSpan().ContainsAny("?#=@"))
        {
            return text;
        }

        text = Whole().Replace(text, match => WithoutQuery(match.Value));
        text = Query().Replace(text, "");
        return SecretParameter().Replace(text, "$1=…");
    }

    private static int End(string address) => address.AsSpan().IndexOfAny('?', '#') is >= 0 and var end
        ? end
        : address.Length;

    private static string WithoutUser(string address)
    {
        var start = address.IndexOf("//", StringComparison.Ordinal);
        if (start < 0)
        {
            return address;
        }

        start += 2;
        var path = address.AsSpan(start).IndexOfAny('/', '\\');
        var authority = path < 0 ? address[start..] : address.Substring(start, path);
        return authority.LastIndexOf('@') is >= 0 and var at ? address.Remove(start, at + 1) : address;
    }

    [GeneratedRegex("""[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]+""")]
    private static partial Regex Whole();

    [GeneratedRegex("""(?<=[\w/])[?#][\w.~%\[\]-]+=[^\s"'<>]*""")]
    private static partial Regex Query();

    [GeneratedRegex(
        """\b(X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)|sig|signature|AWSAccessKeyId|(?:access|id|refresh|auth|sas)?_?token|api_?key|client_secret|password|secret|code)=[^\s&"'<>]+""",
        RegexOptions.IgnoreCase)]
    private static partial Regex SecretParameter();
}
