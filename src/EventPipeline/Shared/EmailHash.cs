using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace EventPipeline.Shared;

/// <summary>
/// Puts <c>email:hmac-sha256:</c> and 64 hexadecimal digits in the place of e-mail addresses: the HMAC-SHA-256 (RFC
/// 2104) of the address in lower case, in UTF-8. The same address under the same key is the same text, so that it still
/// tells people apart and can be joined, and nobody without the key can try out addresses.
/// </summary>
/// <param name="key">The key, in UTF-8.</param>
internal sealed partial class EmailHash(string key)
{
    /// <summary>What every hash begins with.</summary>
    public const string Prefix = "email:hmac-sha256:";

    /// <summary>What a key has at least: as many characters as make guessing it hopeless.</summary>
    public const int MinKeyLength = 32;

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    /// <summary>The text with its addresses replaced; the same instance where there are none.</summary>
    public string Replace(string text) => text.Contains('@', StringComparison.Ordinal)
        ? Address().Replace(text, match => Of(match.Value))
        : text;

    private string Of(string address) => Prefix + Convert.ToHexStringLower(
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(address.ToLowerInvariant())));

    /// <summary>
    /// Addresses as people have them: dot-atoms (RFC 5322, 3.2.3) without what separates the parts of an address on the
    /// web, at a host whose last label is a name: neither <c>claude-sonnet-4@20250514</c> nor <c>package@1.2.3</c> is
    /// one.
    /// </summary>
    [GeneratedRegex(
        @"[\p{L}\p{N}_+%-][\p{L}\p{M}\p{N}._+%'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+"
            + @"\p{L}(?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])")]
    private static partial Regex Address();
}
