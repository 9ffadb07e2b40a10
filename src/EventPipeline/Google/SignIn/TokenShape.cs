using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace EventPipeline.Google.SignIn;

/// <summary>
/// Checks that a token's claims have the types that Google writes, before any of them is used: libraries read a number
/// from a string, or one value of several, and two of them may read it differently.
/// https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
/// </summary>
internal static class TokenShape
{
    // Seconds since 1970 up to the year 33658; Google's have ten digits.
    private const int MaxDigits = 12;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private static readonly string[] Texts = ["iss", "aud", "sub", "azp", "jti", "nonce", "at_hash", "email"];

    private static readonly string[] Times = ["exp", "iat", "nbf"];

    /// <summary>
    /// Whether a signed token, three parts of base64url, has this shape. Claims that are not listed here may say
    /// anything, once.
    /// </summary>
    public static bool IsGoogles(string token)
    {
        var parts = token.Split('.');
        return parts.Length == 3 && IsShaped(parts[0], IsHeader) && IsShaped(parts[1], IsPayload);
    }

    private static bool IsShaped(string part, Func<JsonElement, bool> isShaped)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part), Options);
            return document.RootElement.ValueKind == JsonValueKind.Object && isShaped(document.RootElement);
        }
        catch (Exception ex) when (
            ex is FormatException or JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return false;
        }
    }

    private static bool IsHeader(JsonElement header) =>
        IsText(header, "alg", required: true)
            && IsText(header, "kid", required: true)
            && IsText(header, "typ", required: false);

    private static bool IsPayload(JsonElement claims) =>
        Texts.All(name => IsText(claims, name, required: name is "iss" or "aud"))
            && Times.All(name => IsTime(claims, name, required: name == "exp"))
        && (
            !claims.TryGetProperty("email_verified", out var verified)
                || verified.ValueKind is JsonValueKind.True or JsonValueKind.False);

    private static bool IsText(JsonElement element, string name, bool required) =>
        element.TryGetProperty(name, out var value)
        ? value.ValueKind == JsonValueKind.String && value.GetString() is not null
        : !required;

    private static bool IsTime(JsonElement element, string name, bool required) =>
        element.TryGetProperty(name, out var value)
        ? value.ValueKind == JsonValueKind.Number
            && value.GetRawText() is { Length: <= MaxDigits } text
            && text.All(char.IsAsciiDigit)
        : !required;
}
