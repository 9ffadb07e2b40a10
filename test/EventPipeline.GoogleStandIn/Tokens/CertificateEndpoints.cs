using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Tokens;

/// <summary>The public keys, at the paths they have at www.googleapis.com and www.gstatic.com.</summary>
internal sealed class CertificateEndpoints(SigningKeys keys)
{
    public void Map(Door door)
    {
        door.MapOpen(
            "GET", "/oauth2/v3/certs", _ => "certs", _ => Task.CompletedTask, call => Keys(call, keys.Certificates()));
        door.MapOpen(
            "GET",
            "/iap/verify/public_key-jwk",
            _ => "certs",
            _ => Task.CompletedTask,
            call => Keys(call, keys.IapCertificates()));
    }

    private static Task<IResult> Keys(Call call, JsonObject set)
    {
        call.Http.Response.Headers.CacheControl = "public, max-age=20000, must-revalidate, no-transform";
        return Answer.JsonAsync(set);
    }
}
