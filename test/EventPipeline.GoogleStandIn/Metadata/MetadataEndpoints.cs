using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Tokens;

namespace EventPipeline.GoogleStandIn.Metadata;

/// <summary>
/// The metadata server: https://docs.cloud.google.com/compute/docs/metadata/predefined-metadata-keys.
/// </summary>
internal sealed class MetadataEndpoints(AccessTokens access, TokenIssuer issuer)
{
    /// <summary>The project of the metadata server.</summary>
    public const string Project = "stand-in";

    /// <summary>The default service account.</summary>
    public const string Email = "runtime@stand-in.iam.gserviceaccount.com";

    private const string Root = "/computeMetadata/v1";
    private const string Account = $"{Root}/instance/service-accounts/default";

    public void Map(Door door)
    {
        door.MapOpen(
            "GET",
            "/",
            _ => "metadata.get",
            Flavor,
            _ => Task.FromResult(Results.Text("computeMetadata/\n", "application/text")));
        Map(door, $"{Account}/token", "metadata.token", Token);
        Map(door, $"{Account}/identity", "metadata.identity", Identity);
        Map(door, $"{Account}/email", "metadata.get", _ => Email);
        Map(door, $"{Account}/scopes", "metadata.get", _ => "https://www.googleapis.com/auth/cloud-platform\n");
        Map(door, Account, "metadata.get", AccountInfo);
        Map(door, $"{Root}/instance", "metadata.get", _ => "service-accounts/\n");
        Map(door, $"{Root}/project/project-id", "metadata.get", _ => Project);
        Map(door, $"{Root}/project/numeric-project-id", "metadata.get", _ => "110000000001");
        Map(door, $"{Root}/universe/universe-domain", "metadata.get", _ => "googleapis.com");
    }

    private static Task Flavor(Call call)
    {
        call.Http.Response.Headers["Metadata-Flavor"] = "Google";
        call.Http.Response.Headers.Server = "Metadata Server for VM";
        return Task.CompletedTask;
    }

    private static void Map(Door door, string path, string operation, Func<Call, string> value) => door.MapOpen(
        "GET",
        path,
        _ => operation,
        async call =>
        {
            await Flavor(call);
            if (call.Http.Request.Headers["Metadata-Flavor"] != "Google")
            {
                throw new GoogleException(403, "forbidden", "Missing Metadata-Flavor:Google header.");
            }
        },
        call =>
        {
            var text = value(call);
            return Task.FromResult(Results.Text(text, text.StartsWith('{') ? "application/json" : "application/text"));
        });

    private string Token(Call call)
    {
        var (token, seconds) = access.Current();
        return new JsonObject { ["access_token"] = token, ["expires_in"] = seconds, ["token_type"] = "Bearer" }
            .ToJsonString();
    }

    private string Identity(Call call) =>
        issuer.Identity(
            call.Query("audience") ?? throw GoogleException.Invalid("non-empty audience parameter required"));

    private static string AccountInfo(Call call) => call.Query("recursive") == "true"
        ? new JsonObject
        {
            ["aliases"] = new JsonArray("default"),
            ["email"] = Email,
            ["scopes"] = new JsonArray("https://www.googleapis.com/auth/cloud-platform"),
        }.ToJsonString()
        : "aliases\nemail\nidentity\nscopes\ntoken\n";
}
