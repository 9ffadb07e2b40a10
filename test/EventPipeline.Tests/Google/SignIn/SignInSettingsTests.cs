using EventPipeline.Google.SignIn;

namespace EventPipeline.Tests.Google.SignIn;

/// <summary>The service does not start while it is open who may call.</summary>
public sealed class SignInSettingsTests
{
    [Fact]
    public async Task Every_identity_that_is_not_said_is_named_at_once()
    {
        (await MistakesAsync(
            ("Authentication:Push:Audience", ""),
            ("Authentication:Push:Email", " "),
            ("Authentication:Operators:Audience", null),
            ("Authentication:Operators:Principals:0", ""), ("Authentication:Operators:Principals:1", "robot"),
            ("Authentication:CertificatesAddress", "http://www.googleapis.com/oauth2/v3/certs")))
            .Select(mistake => mistake.Split(':')[0]).ShouldBe(
            [
                "Authentication__Push__Audience is empty",
                "Authentication__Push__Email is empty",
                "Authentication__Operators__Audience is empty",
                "Authentication__Operators__Principals__0 is empty",
                "Authentication__Operators__Principals__1 is 'robot', which is not an e-mail address.",
                "Authentication__CertificatesAddress is 'http",
            ]);
    }

    [Fact]
    public void Nothing_said_is_four_mistakes() =>
        new SignInOptionsValidator()
            .Validate(null, new SignInOptions()).Failures!.Select(mistake => mistake.Split(' ')[0])
            .ShouldBe(
            [
                "Authentication__Push__Audience",
                "Authentication__Push__Email",
                "Authentication__Operators__Audience",
                "Authentication__Operators__Principals",
            ]);

    [Theory]
    [InlineData("Authentication:Push:Audience", "https://a.test\n")]
    [InlineData("Authentication:Push:Email", " a@b.test")]
    [InlineData("Authentication:Operators:Audience", "a b")]
    [InlineData("Authentication:Iap:Audience", " ")]
    [InlineData("Authentication:Iap:CertificatesAddress", "ftp://a.test")]
    [InlineData("Authentication:Iap:CertificatesAddress", "certs")]
    public async Task What_no_token_could_match_is_a_mistake(string setting, string value) =>
        (await MistakesAsync((setting, value)))
            .ShouldHaveSingleItem()
            .ShouldStartWith(setting.Replace(":", "__", StringComparison.Ordinal));

    [Fact]
    public async Task A_host_that_does_not_say_who_may_call_does_not_start()
    {
        await using var issuer = await Issuer.StartAsync();

        Should.Throw<InvalidOperationException>(() => GuardedHost.Build(issuer, _ => { })).Message.ShouldStartWith(
            "No callers are registered");
    }

    private static async Task<IReadOnlyList<string>> MistakesAsync(params (string, string?)[] settings)
    {
        await using var issuer = await Issuer.StartAsync();
        return Should.Throw<ConfigurationMistakesException>(
            () => GuardedHost.Build(issuer, builder => builder.Services.AddGoogleSignIn(), settings)).Mistakes;
    }
}
