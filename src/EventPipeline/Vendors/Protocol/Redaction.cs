using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EventPipeline.Vendors.Protocol;

/// <summary>
/// Takes keys out of a vendor's words, in the spellings that an echo may have: as sent, or escaped for an address,
/// JSON, HTML or base64.
/// </summary>
internal sealed class Redaction
{
    /// <summary>What replaces a key.</summary>
    public const string Replacement = "…";

    // Shorter, it would take single letters out of every word.
    private const int MinKey = 4;

    // Shorter, or all digits, it could be a number or a word of a body's own.
    private const int MinKeyInBody = 12;

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789.eE+-");

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _spellings = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inBody = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What to look for in a JSON body; null where there is nothing.</summary>
    public Needles? Body { get; private set; }

    /// <summary>Takes this key out from now on.</summary>
    public void Hide(string key)
    {
        if (key.Length < MinKey || !_keys.Add(key))
        {
            return;
        }

        string[] spellings = [.. SpellingsOf(key)];
        _spellings.UnionWith(spellings);
        if (key.Length >= MinKeyInBody && key.AsSpan().ContainsAnyExcept(OfNumbers))
        {
            _inBody.UnionWith(spellings.SelectMany(InJson).Where(IsTextOfJson));
            Body = new Needles([.. _inBody]);
        }
    }

    /// <summary>The text without them.</summary>
    public string Apply(string text) => _spellings
        .OrderByDescending(spelling => spelling.Length)
        .Aggregate(text, (rest, spelling) => rest.Replace(spelling, Replacement, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> SpellingsOf(string key) =>
    [
        key,
        Uri.EscapeDataString(key),
        WebUtility.UrlEncode(key),
        JsonEncodedText.Encode(key).Value,
        JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value,
        WebUtility.HtmlEncode(key),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(key)),
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"Bearer {key}")),
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:")),
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{key}:")),
    ];

    // A body may escape each of them once more, and writers of JSON differ in what they escape.
    private static IEnumerable<string> InJson(string spelling)
    {
        var relaxed = JsonEncodedText.Encode(spelling, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value;
        return
        [
            spelling,
            JsonEncodedText.Encode(spelling).Value,
            relaxed,
            relaxed.Replace("/", "\\/", StringComparison.Ordinal),
        ];
    }

    // Anything else in its place would end a string, or leave half of an escape sequence behind.
    private static bool IsTextOfJson(string spelling)
    {
        try
        {
            return JsonElement.Parse($"\"{spelling}\"").ValueKind == JsonValueKind.String;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Spellings to look for all at once, in any case.</summary>
    /// <param name="spellings">The spellings.</param>
    public sealed class Needles(IReadOnlyList<string> spellings)
    {
        private readonly IReadOnlyList<string> _longestFirst =
        [
            .. spellings.OrderByDescending(spelling => spelling.Length),
        ];

        public SearchValues<string> Values { get; } = SearchValues.Create(
            [.. spellings], StringComparison.OrdinalIgnoreCase);

        public int Longest { get; } = spellings.Max(spelling => spelling.Length);

        /// <summary>How long the longest spelling is that the text begins with.</summary>
        public int LengthAt(ReadOnlySpan<char> text)
        {
            foreach (var spelling in _longestFirst)
            {
                if (text.StartsWith(spelling, StringComparison.OrdinalIgnoreCase))
                {
                    return spelling.Length;
                }
            }

            throw new InvalidOperationException("No spelling begins here.");
        }
    }
}
