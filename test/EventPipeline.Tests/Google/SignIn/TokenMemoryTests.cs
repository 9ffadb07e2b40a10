using System.Net;
using EventPipeline.Google.SignIn;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EventPipeline.Tests.Google.SignIn;

/// <summary>A token that was found valid is not checked again, and counts not a moment longer for it.</summary>
public sealed class TokenMemoryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);
    private static readonly Microsoft.IdentityModel.Tokens.SymmetricSecurityKey Key = new(new byte[32]);

    [Fact]
    public async Task A_token_that_is_sent_again_is_remembered_once_for_its_kind_alone()
    {
        await using var host = await GuardedHost.StartAsync();
        var token = host.Issuer.Sign(host.PushClaims());

        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.NoContent);
        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.NoContent);

        Memory(host, "push").Count.ShouldBe(1);
        (await host.GetAsync("runs", token)).ShouldBe(HttpStatusCode.Unauthorized);
        Memory(host, "operators").Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_not_remembered()
    {
        await using var host = await GuardedHost.StartAsync();

        (await host.PushedAsync(host.Issuer.Sign(host.PushClaims(claims => claims["aud"] = "https://elsewhere.test"))))
            .ShouldBe(HttpStatusCode.Unauthorized);

        Memory(host, "push").Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_remembered_token_of_someone_else_is_refused_every_time()
    {
        await using var host = await GuardedHost.StartAsync();
        var token = host.Issuer.Sign(host.PushClaims(claims => claims["email"] = "someone@else.test"));
        var unproven = host.Issuer.Sign(host.PushClaims(claims => claims["email_verified"] = false));

        for (var time = 0; time < 2; time++)
        {
            (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.Forbidden);
            (await host.PushedAsync(unproven)).ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task A_remembered_token_expires_when_any_other_does()
    {
        await using var host = await GuardedHost.StartAsync();
        var token = host.Issuer.Sign(host.PushClaims());
        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.NoContent);

        host.Clock.Advance(TimeSpan.FromHours(1) + TokenHandler.ClockSkew - TimeSpan.FromSeconds(1));
        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.NoContent);
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_remembered_token_does_not_outlive_the_key_it_was_signed_with()
    {
        await using var host = await GuardedHost.StartAsync();
        var token = host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = host.Seconds(TimeSpan.FromHours(3))));
        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.NoContent);
        host.Issuer.Rotate("key-2");

        host.Clock.Advance(SigningKeys.FreshFor);

        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_remembered_token_does_not_count_for_another_key_of_the_same_name()
    {
        await using var host = await GuardedHost.StartAsync();
        var token = host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = host.Seconds(TimeSpan.FromHours(3))));
        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.NoContent);
        host.Issuer.Rotate(host.Issuer.Current.Id);

        host.Clock.Advance(SigningKeys.FreshFor);

        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_that_differs_in_one_character_is_another()
    {
        await using var host = await GuardedHost.StartAsync();
        var token = host.Issuer.Sign(host.PushClaims());
        (await host.PushedAsync(token)).ShouldBe(HttpStatusCode.NoContent);

        for (var at = 0; at < token.Length; at += 37)
        {
            var other = $"{token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}";
            (await host.PushedAsync(other)).ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public void No_more_than_a_hundred_are_remembered_and_the_expired_go_first()
    {
        var memory = new TokenMemory();
        for (var number = 0; number < TokenMemory.Most; number++)
        {
            memory.Add($"{number}", new ValidToken(Key, Now.AddMinutes(number < 40 ? 1 : 60), null), Now);
        }

        memory.Add("one more", new ValidToken(Key, Now.AddHours(1), "a@b.test"), Now.AddMinutes(1));

        memory.Count.ShouldBe(TokenMemory.Most - 40 + 1);
        memory.Find("one more", Now.AddMinutes(1))!.Email.ShouldBe("a@b.test");
        memory.Find("99", Now.AddMinutes(1)).ShouldNotBeNull();
        for (var number = 0; number < 3 * TokenMemory.Most; number++)
        {
            memory.Add($"flood {number}", new ValidToken(Key, Now.AddHours(1), null), Now);
            memory.Count.ShouldBeLessThanOrEqualTo(TokenMemory.Most);
        }
    }

    [Fact]
    public void Nothing_is_known_about_a_token_from_its_expiry_on()
    {
        var memory = new TokenMemory();
        memory.Add("a", new ValidToken(Key, Now, null), Now.AddHours(-1));

        memory.Find("a", Now.AddTicks(-1)).ShouldNotBeNull();
        memory.Find("a", Now).ShouldBeNull();
        memory.Find("A", Now.AddTicks(-1)).ShouldBeNull();
    }

    private static TokenMemory Memory(GuardedHost host, string kind) =>
        host.Services.GetRequiredService<IOptionsMonitor<TokenOptions>>().Get(kind).Memory;
}
