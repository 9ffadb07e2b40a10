using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Storage;
using Microsoft.IdentityModel.Tokens;

namespace EventPipeline.GoogleStandIn.Tokens;

/// <summary>
/// Google's signing keys: RSA for ID tokens, an elliptic curve for Identity-Aware Proxy, and one that nobody knows.
/// </summary>
internal sealed class SigningKeys(Settings settings)
{
    private readonly StateFile<Keys> file = new(Path.Combine(settings.DataFolder, "keys.json"), () => new Keys
    {
        Current = NewRsa(),
        Unknown = NewRsa(),
        Iap = NewCurve(),
    });

    /// <summary>Takes a new key for ID tokens into use.</summary>
    /// <param name="keep">Whether the old one stays among the certificates, as Google does for some days.</param>
    /// <returns>The new key's id.</returns>
    public string Rotate(bool keep) => file.Change(keys =>
    {
        keys.Previous = keys.Current;
        keys.KeepsPrevious = keep;
        keys.Current = NewRsa();
        return keys.Current.Id;
    });

    /// <summary>A key by its role: current, previous, unknown or iap.</summary>
    public SecurityKey Find(string role) => file.Read<SecurityKey>(keys => role switch
    {
        "current" => Rsa(keys.Current),
        "previous" =>
            Rsa(
                keys.Previous
                    ?? throw new ArgumentException("There is no previous key: POST /stand-in/keys/rotate first.")),
        "unknown" => Rsa(keys.Unknown),
        "iap" => Curve(keys.Iap),
        _ => throw new ArgumentException($"\"key\" is '{role}': current, previous, unknown or iap."),
    });

    /// <summary>
    /// The current public key as Google publishes it in PEM: what HS256 with a public key is signed with.
    /// </summary>
    public string PublicPem() => file.Read(keys =>
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(keys.Current.Pem);
        return rsa.ExportSubjectPublicKeyInfoPem();
    });

    /// <summary>The keys of ID tokens: https://www.googleapis.com/oauth2/v3/certs.</summary>
    public JsonObject Certificates() => file.Read(keys => Set(
        new[] { keys.Current, keys.KeepsPrevious ? keys.Previous : null }.OfType<Key>().Select(key =>
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(key.Pem);
            var numbers = rsa.ExportParameters(includePrivateParameters: false);
            return new JsonObject
            {
                ["kty"] = "RSA",
                ["alg"] = "RS256",
                ["use"] = "sig",
                ["kid"] = key.Id,
                ["n"] = Base64UrlEncoder.Encode(numbers.Modulus),
                ["e"] = Base64UrlEncoder.Encode(numbers.Exponent),
            };
        })));

    /// <summary>The keys of Identity-Aware Proxy: https://www.gstatic.com/iap/verify/public_key-jwk.</summary>
    public JsonObject IapCertificates() => file.Read(keys =>
    {
        using var curve = ECDsa.Create();
        curve.ImportFromPem(keys.Iap.Pem);
        var point = curve.ExportParameters(includePrivateParameters: false).Q;
        return Set([new JsonObject
        {
            ["kty"] = "EC",
            ["alg"] = "ES256",
            ["use"] = "sig",
            ["crv"] = "P-256",
            ["kid"] = keys.Iap.Id,
            ["x"] = Base64UrlEncoder.Encode(point.X),
            ["y"] = Base64UrlEncoder.Encode(point.Y),
        }]);
    });

    private static JsonObject Set(IEnumerable<JsonObject> keys) => new() { ["keys"] = new JsonArray([.. keys]) };

    private static RsaSecurityKey Rsa(Key key)
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(key.Pem);
        return new RsaSecurityKey(rsa) { KeyId = key.Id };
    }

    private static ECDsaSecurityKey Curve(Key key)
    {
        var curve = ECDsa.Create();
        curve.ImportFromPem(key.Pem);
        return new ECDsaSecurityKey(curve) { KeyId = key.Id };
    }

    private static Key NewRsa()
    {
        using var rsa = RSA.Create(2048);
        return new Key(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20)), rsa.ExportPkcs8PrivateKeyPem());
    }

    private static Key NewCurve()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new Key(Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(4)), curve.ExportPkcs8PrivateKeyPem());
    }

    internal sealed record Key(string Id, string Pem);

    internal sealed class Keys
    {
        public required Key Current { get; set; }

        public Key? Previous { get; set; }

        public bool KeepsPrevious { get; set; }

        public required Key Unknown { get; set; }

        public required Key Iap { get; set; }
    }
}
