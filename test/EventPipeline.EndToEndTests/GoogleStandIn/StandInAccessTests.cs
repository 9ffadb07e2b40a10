using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EventPipeline.EndToEndTests;

/// <summary>Access tokens, ID tokens, certificates and secrets of the stand-in.</summary>
public sealed class StandInAccessTests : StandInTest
{
    private const string Account = "computeMetadata/v1/instance/service-accounts/default";

    [Fact]
    public async Task A_request_without_a_token_that_was_handed_out_is_refused()
    {
        using var without = await StandIn.Http.GetAsync(
            new Uri(StandIn.Address, "bigquery/v2/projects/p/datasets/d"), Cancelled);
        without.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        using var metadata = new HttpRequestMessage(HttpMethod.Get, new Uri(StandIn.Address, $"{Account}/token"));
        metadata.Headers.Add("Metadata-Flavor", "Google");
        using var answer = await StandIn.Http.SendAsync(metadata, Cancelled);
        var token = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancelled))!["access_token"]!;
        answer.Headers.GetValues("Metadata-Flavor").ShouldBe(["Google"]);
        (await GetDatasetAsync(token)).ShouldBe(HttpStatusCode.NotFound);

        await StandIn.KillAsync();
        await StandIn.StartAsync();
        (await GetDatasetAsync(token)).ShouldBe(HttpStatusCode.NotFound, "it is still valid after a restart");

        using var expired = await StandIn.Http.PostAsync(
            new Uri(StandIn.Address, "stand-in/access-tokens/expire"), null, Cancelled);
        (await GetDatasetAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_metadata_server_wants_its_header()
    {
        using var answer = await StandIn.Http.GetAsync(new Uri(StandIn.Address, $"{Account}/token"), Cancelled);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_push_token_is_valid_and_forgeries_are_not()
    {
        (await IsValidAsync(await StandIn.TokenAsync())).ShouldBeTrue();
        (await IsValidAsync(await StandIn.TokenAsync(key: "unknown"))).ShouldBeFalse();
        (await IsValidAsync(await StandIn.TokenAsync(algorithm: "none"))).ShouldBeFalse();
        (await IsValidAsync(await StandIn.TokenAsync(algorithm: "HS256-with-public-key"))).ShouldBeFalse();
        (await IsValidAsync(await StandIn.TokenAsync(algorithm: "ES256"), "iap/verify/public_key-jwk")).ShouldBeTrue();

        var changed = new JsonWebToken(await StandIn.TokenAsync(new Dictionary<string, object?>
        {
            ["email"] = null,
            ["aud"] = "other",
        }));
        changed.Audiences.ShouldBe(["other"]);
        changed.TryGetClaim("email", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_rotated_key_is_gone_unless_it_is_kept()
    {
        var old = await StandIn.TokenAsync();
        await StandIn.RotateKeyAsync(keep: true);
        (await IsValidAsync(old)).ShouldBeTrue();
        (await IsValidAsync(await StandIn.TokenAsync())).ShouldBeTrue();

        await StandIn.RotateKeyAsync();
        (await IsValidAsync(await StandIn.TokenAsync(key: "previous"))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_secret_has_versions_and_a_checksum()
    {
        await StandIn.AddSecretAsync("p", "key", "one");
        await StandIn.AddSecretAsync("p", "key", "123456789");

        var latest = await AccessAsync("latest");
        ((string?)latest["name"]).ShouldBe("projects/p/secrets/key/versions/2");
        ((string?)latest["payload"]!["dataCrc32c"]).ShouldBe("3808858755", "the check value of CRC-32C is E3069283");
        using var disabled = await StandIn.SendAsync(
            HttpMethod.Post, "v1/projects/p/secrets/key/versions/2:disable", new { });
        ((string?)(await AccessAsync("latest"))["error"]!["status"]).ShouldBe("FAILED_PRECONDITION");
        ((string?)(await AccessAsync("1"))["payload"]!["data"]).ShouldBe("b25l");
        ((string?)(await AccessAsync("3"))["error"]!["status"]).ShouldBe("NOT_FOUND");
    }

    [Fact]
    public async Task What_is_not_there_is_501_by_name()
    {
        using var answer = await StandIn.SendAsync(HttpMethod.Patch, "bigquery/v2/projects/p/datasets/d", new { });

        answer.StatusCode.ShouldBe(HttpStatusCode.NotImplemented);
        (await answer.Content.ReadAsStringAsync(Cancelled))
            .ShouldContain("PATCH /bigquery/v2/projects/p/datasets/d is not part of this stand-in");
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private async Task<HttpStatusCode> GetDatasetAsync(string token)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(StandIn.Address, "bigquery/v2/projects/p/datasets/d"));
        request.Headers.Authorization = StandInClient.Bearer(token);
        using var answer = await StandIn.Http.SendAsync(request, Cancelled);
        return answer.StatusCode;
    }

    private async Task<JsonObject> AccessAsync(string version)
    {
        using var answer = await StandIn.SendAsync(
            HttpMethod.Get, $"v1/projects/p/secrets/key/versions/{version}:access");
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancelled))!;
    }

    private async Task<bool> IsValidAsync(string token, string certificates = "oauth2/v3/certs")
    {
        var keys = new JsonWebKeySet(
            await StandIn.Http.GetStringAsync(new Uri(StandIn.Address, certificates), Cancelled));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidIssuers = ["https://accounts.google.com", "https://cloud.google.com/iap"],
            ValidAudience = "https://service.example",
        });
        return result.IsValid;
    }
}
