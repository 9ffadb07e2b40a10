using System.Text.RegularExpressions;

namespace EventPipeline.Vendors.Protocol;

/// <summary>A kind of key that a vendor gives out.</summary>
/// <param name="Beginning">How every key of this kind begins; not secret.</param>
/// <param name="What">What it is, inside a sentence: <c>a project key, which does not work here</c>.</param>
internal sealed record KeyKind(string Beginning, string What)
{
    /// <summary>
    /// How many characters follow at least in a text that is taken for a key: more than few where names of other things
    /// begin alike.
    /// </summary>
    public int MinRest { get; init; } = 4;
}

/// <summary>
/// Identifies which kind a configured key is, whichever vendor's, by how it begins and by nothing of its secret part.
/// </summary>
internal sealed class KeyKinds
{
    private readonly IReadOnlyList<KeyKind> _kinds;
    private readonly Regex? _keyLike;

    public KeyKinds(IEnumerable<VendorProtocol> protocols)
    {
        _kinds =
        [
            .. protocols.SelectMany(protocol => protocol.KeyKinds).OrderByDescending(kind => kind.Beginning.Length),
        ];
        var beginnings = _kinds.DistinctBy(kind => kind.Beginning).ToList();
        var shortest = beginnings
            .Where(
                kind =>
                    !beginnings.Exists(
                        other => other != kind && kind.Beginning.StartsWith(other.Beginning, StringComparison.Ordinal)))
            .Select(kind => $@"(?<begin>{Regex.Escape(kind.Beginning)})[A-Za-z0-9_\-*.…]{{{kind.MinRest},}}")
            .ToList();
        _keyLike = shortest.Count == 0
            ? null
            : new Regex($@"\b(?:{string.Join('|', shortest)})", RegexOptions.CultureInvariant);
    }

    /// <summary>
    /// A text without what looks like a key of any vendor's: an account may be configured with a key of another
    /// vendor's, and vendors repeat keys with the middle starred out.
    /// </summary>
    public string Mask(string text) => _keyLike?.Replace(text, "${begin}…") ?? text;

    /// <summary>One sentence about the key.</summary>
    public string Describe(string key)
    {
        if (_kinds.FirstOrDefault(kind => key.StartsWith(kind.Beginning, StringComparison.Ordinal)) is { } kind)
        {
            return $"The configured key begins with '{kind.Beginning}': it looks like {kind.What}.";
        }

        return key[0] is '"' or '\'' or '`'
            ? "The configured key begins with a quotation mark, which is not part of it."
            : key[0] is '{' or '[' ? "The configured key begins like JSON; use the bare key."
            : key.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase)
            ? "The configured key begins with 'Bearer'; use the bare key, without it."
            : "The configured key does not begin like any known kind of key.";
    }
}
