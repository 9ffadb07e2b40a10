namespace EventPipeline.Vendors.Protocol;

/// <summary>A kind of key that a vendor gives out.</summary>
/// <param name="Beginning">How every key of this kind begins; no secret.</param>
/// <param name="What">What it is, inside a sentence: <c>an Admin API key of Anthropic's</c>.</param>
internal sealed record KeyKind(string Beginning, string What);

/// <summary>Tells which kind a configured key is of, whichever vendor's, by how it begins and by nothing of its secret part.</summary>
internal sealed class KeyKinds(IEnumerable<VendorProtocol> protocols)
{
    private readonly IReadOnlyList<KeyKind> _kinds =
        [.. protocols.SelectMany(protocol => protocol.KeyKinds).OrderByDescending(kind => kind.Beginning.Length)];

    /// <summary>One sentence about the key.</summary>
    public string Describe(string key)
    {
        if (_kinds.FirstOrDefault(kind => key.StartsWith(kind.Beginning, StringComparison.Ordinal)) is { } kind)
        {
            return $"The configured key begins with '{kind.Beginning}': it looks like {kind.What}.";
        }

        return key[0] is '"' or '\'' or '`' ? "The configured key begins with a quotation mark, which is not part of it."
            : key[0] is '{' or '[' ? "The configured key begins like JSON; what is wanted is the bare key."
            : key.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase) ? "The configured key begins with 'Bearer'; what is wanted is the bare key, without it."
            : "The configured key does not begin like any key that is known here.";
    }
}
