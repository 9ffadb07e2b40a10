using System.Net;
using System.Security.Cryptography;
using EventPipeline.Google.SignIn;

namespace EventPipeline.Tests.Google.SignIn;

/// <summary>How the issuer's keys are kept up with.</summary>
public sealed class SigningKeyTests
{
    [Fact]
    public async Task A_key_rotated_while_the_service_runs_is_found_in_the_same_request()
    {
        await using var host = await GuardedHost.StartAsync();
        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims()))).ShouldBe(HttpStatusCode.NoContent);
        var old = host.Issuer.Sign(host.PushClaims());

        host.Issuer.Rotate("key-2");

        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims()))).ShouldBe(HttpStatusCode.NoContent);
        (await host.PushedAsync(old)).ShouldBe(HttpStatusCode.Unauthorized);
        host.Issuer.Asked.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task Keys_are_read_once_for_many_tokens()
    {
        await using var host = await GuardedHost.StartAsync();
        var token = host.Issuer.Sign(host.PushClaims());

        (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.PushedAsync(token))))
            .ShouldAllBe(status => status == HttpStatusCode.NoContent);

        host.Issuer.Asked.ShouldBe(1);
    }

    [Fact]
    public async Task Forged_key_ids_do_not_make_the_service_hammer_the_issuer_and_a_rotated_key_is_found_soon_after()
    {
        await using var host = await GuardedHost.StartAsync();
        using var stranger = RSA.Create(2048);
        for (var number = 0; number < 50; number++)
        {
            (await host.PushedAsync(Issuer.Token(
                Issuer.Header("RS256", $"forged-{number}", null),
                host.PushClaims(),
                bytes =>
                    stranger.SignData(
                        bytes,
                        HashAlgorithmName.SHA256,
                        RSASignaturePadding.Pkcs1)))).ShouldBe(HttpStatusCode.Unauthorized);
        }

        host.Issuer.Asked.ShouldBe(SigningKeys.MaxReads);
        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims()))).ShouldBe(HttpStatusCode.NoContent);
        host.Issuer.Rotate("key-2");
        host.Clock.Advance(SigningKeys.ReadComesBackAfter);
        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims()))).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task While_the_keys_cannot_be_read_those_read_last_still_count()
    {
        await using var host = await GuardedHost.StartAsync();
        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims()))).ShouldBe(HttpStatusCode.NoContent);

        host.Issuer.IsDown = true;
        host.Clock.Advance(TimeSpan.FromDays(1));

        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims()))).ShouldBe(HttpStatusCode.NoContent);
        host.Log.All.ShouldContain(line => line.Contains("cannot be read from", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_any_keys_nobody_is_let_in_until_they_can_be_read()
    {
        await using var host = await GuardedHost.StartAsync();
        host.Issuer.IsDown = true;
        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims()))).ShouldBe(HttpStatusCode.Unauthorized);

        host.Issuer.IsDown = false;

        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims()))).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_key_that_the_issuer_withdrew_stops_counting()
    {
        await using var host = await GuardedHost.StartAsync();
        var (id, key) = host.Issuer.Current;
        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims()))).ShouldBe(HttpStatusCode.NoContent);
        host.Issuer.Rotate("key-2");

        host.Clock.Advance(SigningKeys.FreshFor);

        (await host.PushedAsync(Issuer.Token(
            Issuer.Header("RS256", id, null),
            host.PushClaims(),
            bytes =>
                key.SignData(
                    bytes,
                    HashAlgorithmName.SHA256,
                    RSASignaturePadding.Pkcs1)))).ShouldBe(HttpStatusCode.Unauthorized);
    }
}
