using System.Net;
using System.Text;
using System.Text.Json;

namespace EventPipeline.Vendors;

/// <summary>Takes keys out of a vendor's words, in the spellings that an echo may have: as sent, or escaped for an address, JSON, HTML or base64.</summary>
internal sealed class Redaction
{
    // Shorter, it would take single letters out of every word.
    private const int ShortestKey = 4;
    private readonly HashSet<string> _spellings = new(StringComparer.Ordinal);

    /// <summary>Takes this key out from now on.</summary>
    public void Hide(string key)
    {
        if (key.Length >= ShortestKey)
        {
            _spellings.UnionWith(
            [
                key,
                Uri.EscapeDataString(key),
                WebUtility.UrlEncode(key),
                JsonEncodedText.Encode(key).Value,
                WebUtility.HtmlEncode(key),
                Convert.ToBase64String(Encoding.UTF8.GetBytes(key)),
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"Bearer {key}")),
            ]);
        }
    }

    /// <summary>The text without them.</summary>
    public string Apply(string text) => _spellings
        .OrderByDescending(spelling => spelling.Length)
        .Aggregate(text, (rest, spelling) => rest.Replace(spelling, "…", StringComparison.OrdinalIgnoreCase));
}
