using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EventPipeline.Tests.Google.SignIn;

/// <summary>Tokens that others could send to the door, each different from the push identity's in one thing.</summary>
public sealed class ForgeryTests(GuardedFixture fixture) : IClassFixture<GuardedFixture>
{
    private static readonly RSA Strangers = RSA.Create(2048);

    private static readonly Dictionary<string, Func<GuardedHost, string>> Forgeries = new()
    {
        ["not a token"] = _ => "hello",
        ["two dots and nothing"] = _ => "..",
        ["three parts that are not base64"] = _ => "#.#.#",
        ["three parts that are not JSON"] = _ => $"{Issuer.Part("x")}.{Issuer.Part("x")}.x",
        ["parts that are JSON of another kind"] = _ => $"{Issuer.Part("[]")}.{Issuer.Part("1")}.x",
        ["five parts"] = host => $"{host.Issuer.Sign(host.PushClaims())}.x.y",
        ["alg none"] = host => $"{Issuer.Part("""{"alg":"none","typ":"JWT","kid":"key-1"}""")}.{Issuer.Part(host.PushClaims().ToJsonString())}.",
        ["alg none in other letters"] = host => $"{Issuer.Part("""{"alg":"nOnE","kid":"key-1"}""")}.{Issuer.Part(host.PushClaims().ToJsonString())}.",
        ["alg in other letters"] = host => host.Issuer.Sign(host.PushClaims(), header => header["alg"] = "rs256"),
        ["no alg"] = host => host.Issuer.Sign(host.PushClaims(), header => header.Remove("alg")),
        ["no signature"] =
            host => $"{host.Issuer.Sign(host.PushClaims())[..host.Issuer.Sign(host.PushClaims()).LastIndexOf('.')]}.",
        ["a signature that Cloud Run removed"] = host =>
            $"{host.Issuer.Sign(host.PushClaims())[..host.Issuer.Sign(host.PushClaims()).LastIndexOf('.')]}.SIGNATURE_REMOVED_BY_GOOGLE",
        ["another token's signature"] =
            host =>
                $"{Without(host.Issuer.Sign(host.PushClaims()))}"
                    + $".{host.Issuer.Sign(host.PushClaims(c => c["x"] = 1)).Split('.')[2]}",
        ["a stranger's key under Google's id"] = host => SignStrange(host, Issuer.Header("RS256", "key-1", null)),
        ["an unknown key"] = host => SignStrange(host, Issuer.Header("RS256", "key-of-nobody", null)),
        ["no key id"] = host => host.Issuer.Sign(host.PushClaims(), header => header.Remove("kid")),
        ["a key id that is no text"] =
            host => host.Issuer.Sign(host.PushClaims(), header => header["kid"] = new JsonObject()),
        ["the key embedded"] =
            host => SignStrange(host, Issuer.Header("RS256", "own", header => header["jwk"] = Jwk("own"))),
        ["the key embedded under Google's id"] =
            host => SignStrange(host, Issuer.Header("RS256", "key-1", header => header["jwk"] = Jwk("key-1"))),
        ["the address of a key"] =
            host =>
                SignStrange(host, Issuer.Header("RS256", "key-1", header => header["jku"] = host.Issuer.GoogleKeys)),
        ["the address of a certificate"] =
            host =>
                SignStrange(host, Issuer.Header("RS256", "key-1", header => header["x5u"] = host.Issuer.GoogleKeys)),
        ["something critical"] =
            host =>
                host.Issuer.Sign(
                    host.PushClaims(), header => (header["crit"], header["exp"]) = (new JsonArray("exp"), 1)),
        ["something critical that is nothing"] =
            host => host.Issuer.Sign(host.PushClaims(), header => header["crit"] = null),
        ["HS256 with the public key as PEM"] =
            host => SignHmac(host, Encoding.UTF8.GetBytes(host.Issuer.Current.Key.ExportSubjectPublicKeyInfoPem())),
        ["HS256 with the public key as DER"] =
            host => SignHmac(host, host.Issuer.Current.Key.ExportSubjectPublicKeyInfo()),
        ["HS256 with the modulus"] = host => SignHmac(host, host.Issuer.Current.Key.ExportParameters(false).Modulus!),
        ["RS384"] = host => SignOther(host, "RS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        ["RS512"] = host => SignOther(host, "RS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        ["PS256"] = host => SignOther(host, "PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        ["PS256 called RS256"] = host => SignOther(host, "RS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        ["the proxy's key"] = host => host.Issuer.SignAsProxy(host.PushClaims()),
        ["another audience"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["aud"] = "https://eventpipeline.test")),
        ["the audience with a slash"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["aud"] = $"{GuardedHost.PushAudience}/")),
        ["the audience in capitals"] =
            host =>
                host.Issuer.Sign(
                    host.PushClaims(claims => claims["aud"] = GuardedHost.PushAudience.ToUpperInvariant())),
        ["the operators' audience"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["aud"] = GuardedHost.OperatorAudience)),
        ["several audiences"] =
            host =>
                host.Issuer.Sign(
                    host.PushClaims(
                        claims => claims["aud"] = new JsonArray(GuardedHost.PushAudience, "https://other.test"))),
        ["other audiences"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["aud"] = new JsonArray("a", "b"))),
        ["no audience"] = host => host.Issuer.Sign(host.PushClaims(claims => claims.Remove("aud"))),
        ["an empty audience"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["aud"] = "")),
        ["an empty list of audiences"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["aud"] = new JsonArray())),
        ["an audience that is no text"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["aud"] = 5)),
        ["another issuer"] =
            host =>
                host.Issuer.Sign(host.PushClaims(claims => claims["iss"] = "https://accounts.google.com.evil.test")),
        ["the issuer with a slash"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["iss"] = "https://accounts.google.com/")),
        ["the issuer without TLS"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["iss"] = "http://accounts.google.com")),
        ["the proxy's issuer"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["iss"] = "https://cloud.google.com/iap")),
        ["no issuer"] = host => host.Issuer.Sign(host.PushClaims(claims => claims.Remove("iss"))),
        ["an empty issuer"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["iss"] = "")),
        ["an issuer that is no text"] =
            host =>
                host.Issuer.Sign(
                    host.PushClaims(claims => claims["iss"] = new JsonArray("https://accounts.google.com"))),
        ["expired"] =
            host =>
                host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = host.Seconds(TimeSpan.FromSeconds(-31)))),
        ["expired on the second that is forgiven last"] =
            host =>
                host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = host.Seconds(TimeSpan.FromSeconds(-30)))),
        ["no expiry"] = host => host.Issuer.Sign(host.PushClaims(claims => claims.Remove("exp"))),
        ["an expiry that is no number"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = "never")),
        ["an expiry below all numbers"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = -1e300)),
        ["one audience in a list"] =
            host =>
                host.Issuer.Sign(host.PushClaims(claims => claims["aud"] = new JsonArray(GuardedHost.PushAudience))),
        ["an expiry in words"] =
            host =>
                host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = $"{host.Seconds(TimeSpan.FromHours(1))}")),
        ["an expiry with a fraction"] =
            host =>
                host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = host.Seconds(TimeSpan.FromHours(1)) + 0.5)),
        ["an expiry beyond all times"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = 9_999_999_999_999)),
        ["an expiry beyond all numbers"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = 1e300)),
        ["an expiry that is null"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["exp"] = null)),
        ["an expiry in a list"] =
            host =>
                host.Issuer.Sign(
                    host.PushClaims(claims => claims["exp"] = new JsonArray(host.Seconds(TimeSpan.FromHours(1))))),
        ["issued in words"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["iat"] = $"{host.Seconds(TimeSpan.Zero)}")),
        ["issued with a fraction"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["iat"] = host.Seconds(TimeSpan.Zero) - 0.5)),
        ["issued before all times"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["iat"] = -1)),
        ["valid from in words"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["nbf"] = $"{host.Seconds(TimeSpan.Zero)}")),
        ["valid from true"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["nbf"] = true)),
        ["a subject that is a number"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["sub"] = 5)),
        ["authorised parties in a list"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["azp"] = new JsonArray("1", "2"))),
        ["an e-mail in a list"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["email"] = new JsonArray(GuardedHost.PushEmail))),
        ["an e-mail that is null"] = host => host.Issuer.Sign(host.PushClaims(claims => claims["email"] = null)),
        ["several e-mails"] =
            host =>
                host.Issuer.Sign(
                    host.PushClaims(
                        claims => claims["email"] = new JsonArray(GuardedHost.PushEmail, GuardedHost.Operator))),
        ["an e-mail that is no text"] =
            host =>
                host.Issuer.Sign(
                    host.PushClaims(claims => claims["email"] = new JsonObject { ["x"] = GuardedHost.PushEmail })),
        ["an e-mail that is unverified in words"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["email_verified"] = "false")),
        ["an e-mail that is verified in words"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["email_verified"] = "true")),
        ["an e-mail that is verified by a number"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["email_verified"] = 1)),
        ["an e-mail that is verified in a list"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["email_verified"] = new JsonArray(true))),
        ["an e-mail that is verified by null"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["email_verified"] = null)),
        ["the audience twice"] = host => SignText(host, claims => claims.Replace("{", $$"""{"aud":"{{GuardedHost.PushAudience}}",""", StringComparison.Ordinal)),
        ["the e-mail twice"] = host => SignText(host, claims => claims.Replace("{", """{"email":"somebody@evil.test",""", StringComparison.Ordinal)),
        ["the expiry twice"] = host => SignText(host, claims => claims.Replace("{", """{"exp":1,""", StringComparison.Ordinal)),
        ["half of a surrogate pair"] = host => SignText(host, claims => claims.Replace("{", """{"azp":"\ud800",""", StringComparison.Ordinal)),
        ["not yet valid"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["nbf"] = host.Seconds(TimeSpan.FromSeconds(31)))),
        ["issued in the future"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["iat"] = host.Seconds(TimeSpan.FromSeconds(31)))),
        ["oversized"] =
            host => host.Issuer.Sign(host.PushClaims(claims => claims["more"] = new string('x', 16 * 1024))),
        ["oversized nonsense"] = _ => new string('x', 100_000),
        ["twice Bearer"] = host => $"Bearer {host.Issuer.Sign(host.PushClaims())}",
        ["two tokens"] = host => $"{host.Issuer.Sign(host.PushClaims())},Bearer {host.Issuer.Sign(host.PushClaims())}",
        ["a token and something"] = host => $"{host.Issuer.Sign(host.PushClaims())} x",
    };

    /// <summary>Tokens that Google signed for this audience, of callers who are not the push identity.</summary>
    private static readonly Dictionary<string, Action<JsonObject>> Others = new()
    {
        ["another project's service account"] = claims => claims["email"] = "pusher@other.iam.gserviceaccount.com",
        ["an operator"] = claims => claims["email"] = GuardedHost.Operator,
        ["a longer address"] = claims => claims["email"] = $"{GuardedHost.PushEmail}.evil.test",
        ["no e-mail"] = claims => claims.Remove("email"),
        ["an empty e-mail"] = claims => claims["email"] = "",
        ["an unverified e-mail"] = claims => claims["email_verified"] = false,
        ["an e-mail of which nothing is said"] = claims => claims.Remove("email_verified"),
    };

    public static TheoryData<string> ForgeryNames => [.. Forgeries.Keys];

    public static TheoryData<string> OtherNames => [.. Others.Keys];

    private GuardedHost Host => fixture.Host;

    [Theory]
    [MemberData(nameof(ForgeryNames))]
    public async Task A_forged_token_is_refused_without_a_word_why(string name)
    {
        await KeysAreKnownAsync();

        using var answer = await Host.PushAsync(Forgeries[name](Host));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        problem.ShouldNotContain("audience", Case.Insensitive);
        problem.ShouldNotContain("Exception", Case.Insensitive);
        problem.ShouldNotContain("IDX", Case.Sensitive);
        problem.ShouldNotContain("acme", Case.Insensitive);
    }

    [Theory]
    [MemberData(nameof(OtherNames))]
    public async Task Somebody_elses_token_is_forbidden(string name)
    {
        using var answer = await Host.PushAsync(Host.Issuer.Sign(Host.PushClaims(Others[name])));

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("events/run-requested")]
    [InlineData("events/fetch-requested")]
    [InlineData("events/dead-lettered")]
    [InlineData("")]
    public async Task The_push_identity_is_let_in_by_every_entrance_and_nobody_without_a_token_is(string path)
    {
        (await Host.PushedAsync(Host.Issuer.Sign(Host.PushClaims()), path)).ShouldBe(HttpStatusCode.NoContent);
        (await Host.PushedAsync(null, path)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("https://accounts.google.com")]
    [InlineData("accounts.google.com")]
    public async Task Both_spellings_of_googles_issuer_are_taken(string issuer) =>
        (await Host.PushedAsync(Host.Issuer.Sign(Host.PushClaims(claims => claims["iss"] = issuer))))
            .ShouldBe(HttpStatusCode.NoContent);

    [Theory]
    [InlineData("exp", -29)]
    [InlineData("nbf", 30)]
    [InlineData("iat", 30)]
    public async Task Clocks_may_be_half_a_minute_apart(string claim, int seconds) =>
        (
            await Host.PushedAsync(
                Host.Issuer.Sign(
                    Host.PushClaims(claims => claims[claim] = Host.Seconds(TimeSpan.FromSeconds(seconds))))))
            .ShouldBe(HttpStatusCode.NoContent);

    [Theory]
    [InlineData("bearer ")]
    [InlineData("BEARER ")]
    [InlineData("Bearer   ")]
    public async Task The_scheme_is_read_as_http_says(string scheme)
    {
        using var answer = await Host.SendAsync(
            HttpMethod.Post,
            "events/run-requested",
            ("Authorization", $"{scheme}{Host.Issuer.Sign(Host.PushClaims())}"));

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("Authorization", "{0}")]
    [InlineData("Authorization", "Bearer{0}")]
    [InlineData("Authorization", "Basic {0}")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "Bearer\t{0}")]
    [InlineData("Authorization", "")]
    [InlineData("Proxy-Authorization", "Bearer {0}")]
    [InlineData("X-Serverless-Authorization", "Bearer {0}")]
    [InlineData("X-Forwarded-Authorization", "Bearer {0}")]
    [InlineData("X-Goog-Iap-Jwt-Assertion", "{0}")]
    [InlineData("Cookie", "Authorization=Bearer {0}")]
    public async Task A_token_anywhere_else_does_not_count(string header, string value)
    {
        using var answer = await Host.SendAsync(
            HttpMethod.Post,
            "events/run-requested",
            (
                header,
                string.Format(
                    System.Globalization.CultureInfo.InvariantCulture, value, Host.Issuer.Sign(Host.PushClaims()))));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_in_the_query_or_the_body_does_not_count()
    {
        var token = Host.Issuer.Sign(Host.PushClaims());
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("access_token", token)]);

        using var answer = await Host.Http.PostAsync(
            new Uri($"events/run-requested?access_token={token}&token={token}", UriKind.Relative),
            form,
            TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Two_authorization_headers_do_not_count_even_where_both_would()
    {
        var token = Host.Issuer.Sign(Host.PushClaims());

        (
            await RawAsync(
                $"Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\nContent-Length: 1\r\n", "x"))
            .ShouldStartWith("HTTP/1.1 401");
        (await RawAsync($"Authorization: Bearer {token}\r\nContent-Length: 1\r\n", "x"))
            .ShouldStartWith("HTTP/1.1 204");
    }

    [Fact]
    public async Task Whoever_may_not_is_told_before_the_body_has_come() =>
        (await RawAsync("Content-Length: 14000000\r\n", "the beginning")).ShouldStartWith("HTTP/1.1 401");

    [Fact]
    public async Task The_log_says_why_a_token_was_refused_and_does_not_hold_the_token()
    {
        var token = Host.Issuer.Sign(
            Host.PushClaims(
                claims => (claims["aud"], claims["email"]) = ("https://nobody.test", "someone@canary.test")));

        await Host.PushedAsync(token);

        Host.Log.All.ShouldContain(
            line => line.Contains("SecurityTokenInvalidAudienceException", StringComparison.Ordinal));
        Host.Log.All.ShouldAllBe(line => !line.Contains(token.Split('.')[2], StringComparison.Ordinal)
            && !line.Contains(token.Split('.')[1], StringComparison.Ordinal)
            && !line.Contains("canary", StringComparison.Ordinal));
    }

    private static string Without(string token) => token[..token.LastIndexOf('.')];

    private static JsonObject Jwk(string kid)
    {
        var key = Strangers.ExportParameters(false);
        return new JsonObject
        {
            ["kty"] = "RSA", ["kid"] = kid, ["alg"] = "RS256",
            ["n"] =
                System.Buffers.Text.Base64Url.EncodeToString(key.Modulus),
                ["e"] = System.Buffers.Text.Base64Url.EncodeToString(key.Exponent),
        };
    }

    private static string SignText(GuardedHost host, Func<string, string> change)
    {
        var text =
            $"{Issuer.Part(Issuer.Header("RS256", host.Issuer.Current.Id, null).ToJsonString())}"
                + $".{Issuer.Part(change(host.PushClaims().ToJsonString()))}";
        var signature = host.Issuer.Current.Key.SignData(
            Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{text}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}";
    }

    private static string SignStrange(GuardedHost host, JsonObject header) =>
        Issuer.Token(
            header,
            host.PushClaims(),
            bytes => Strangers.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    private static string SignHmac(GuardedHost host, byte[] key) =>
        Issuer.Token(
            Issuer.Header("HS256", "key-1", null), host.PushClaims(), bytes => HMACSHA256.HashData(key, bytes));

    private static string SignOther(
        GuardedHost host, string name, HashAlgorithmName hash, RSASignaturePadding padding) => Issuer.Token(
        Issuer.Header(name, "key-1", null),
        host.PushClaims(),
        bytes => host.Issuer.Current.Key.SignData(bytes, hash, padding));

    /// <summary>
    /// So that it is not for want of keys that something is refused; the clock gives back what unknown keys have cost.
    /// </summary>
    private async Task KeysAreKnownAsync()
    {
        Host.Clock.Advance(TimeSpan.FromMinutes(1));
        (await Host.PushedAsync(Host.Issuer.Sign(Host.PushClaims()))).ShouldBe(HttpStatusCode.NoContent);
    }

    private async Task<string> RawAsync(string headers, string body)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Host.Address.Port, cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST /events/run-requested HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n{body}"),
            cancellation);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadLineAsync(cancellation) ?? "";
    }
}
