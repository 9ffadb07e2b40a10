using System.Text;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Metadata;
using Microsoft.IdentityModel.Tokens;

namespace EventPipeline.GoogleStandIn.Tokens;

/// <summary>Makes ID tokens as Google does, and forgeries of them.</summary>
internal sealed class TokenIssuer(SigningKeys keys, TimeProvider time)
{
    /// <summary>The push identity of a token that says nothing else.</summary>
    public const string PushEmail = "push@stand-in.iam.gserviceaccount.com";

    /// <summary>The audience of a token that says nothing else.</summary>
    public const string Audience = "https://service.example";

    /// <summary>A token of the metadata server's service account, signed and valid for an hour.</summary>
    public string Identity(string audience) =>
        Issue(new JsonObject { ["aud"] = audience, ["email"] = MetadataEndpoints.Email }, null, null, null);

    /// <summary>A token.</summary>
    /// <param name="claims">Replace and add to those of a valid push token; null removes one.</param>
    /// <param name="header">The same for the header.</param>
    /// <param name="key">current, previous, unknown or iap; current when null.</param>
    /// <param name="algorithm">RS256, ES256, none or HS256-with-public-key; what the key is for when null.</param>
    public string Issue(JsonObject? claims, JsonObject? header, string? key, string? algorithm)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var isIap = key == "iap" || algorithm == "ES256";
        var security = keys.Find(key ?? (isIap ? "iap" : "current"));
        var allClaims = Merge(
            new JsonObject
            {
                ["iss"] = isIap ? "https://cloud.google.com/iap" : "https://accounts.google.com",
                ["aud"] = Audience,
                ["azp"] = "110000000000000000001",
                ["sub"] = "110000000000000000001",
                ["email"] = PushEmail,
                ["email_verified"] = true,
                ["iat"] = now,
                ["exp"] = now + 3600,
            },
            claims);
        var name = algorithm ?? (isIap ? "ES256" : "RS256");
        var allHeader = Merge(
            new JsonObject { ["alg"] = name == "HS256-with-public-key" ? "HS256" : name,
                ["kid"] = security.KeyId, ["typ"] = "JWT" }, header);
        var signed = $"{Encode(allHeader)}.{Encode(allClaims)}";
        return $"{signed}.{Base64UrlEncoder.Encode(Sign(Encoding.ASCII.GetBytes(signed), name, security))}";
    }

    private byte[] Sign(byte[] data, string algorithm, SecurityKey key)
    {
        if (algorithm == "none")
        {
            return [];
        }

        var (used, name) = algorithm switch
        {
            "RS256" => (key, SecurityAlgorithms.RsaSha256),
            "ES256" => (key, SecurityAlgorithms.EcdsaSha256),
            "HS256-with-public-key" =>
                (new SymmetricSecurityKey(Encoding.ASCII.GetBytes(keys.PublicPem())), SecurityAlgorithms.HmacSha256),
            _ => throw new ArgumentException($"\"alg\" is '{algorithm}': RS256, ES256, none or HS256-with-public-key."),
        };
        if (!used.IsSupportedAlgorithm(name))
        {
            throw new ArgumentException($"That key does not sign with {algorithm}.");
        }

        var provider = used.CryptoProviderFactory.CreateForSigning(used, name);
        try
        {
            return provider.Sign(data);
        }
        finally
        {
            used.CryptoProviderFactory.ReleaseSignatureProvider(provider);
        }
    }

    private static JsonObject Merge(JsonObject defaults, JsonObject? changes)
    {
        foreach (var (name, value) in changes ?? [])
        {
            if (value is null)
            {
                defaults.Remove(name);
            }
            else
            {
                defaults[name] = value.DeepClone();
            }
        }

        return defaults;
    }

    private static string Encode(JsonObject part) => Base64UrlEncoder.Encode(part.ToJsonString());
}
