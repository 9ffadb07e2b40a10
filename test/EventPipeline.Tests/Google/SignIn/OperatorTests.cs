using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Google.SignIn;

/// <summary>Who may run the service, and what is open to everyone.</summary>
public sealed class OperatorTests(GuardedFixture fixture) : IClassFixture<GuardedFixture>
{
    private const string Iap = "x-goog-iap-jwt-assertion";

    private GuardedHost Host => fixture.Host;

    [Theory]
    [InlineData(GuardedHost.Operator)]
    [InlineData("ADA@ACME.TEST")]
    [InlineData("robot@acme.iam.gserviceaccount.com")]
    public async Task A_principal_may_whatever_the_case_of_its_address(string email)
    {
        var token = Host.Issuer.Sign(Host.OperatorClaims(claims => claims["email"] = email));

        foreach (var path in new[] { "status", "runs", "slices", "vendors", "dead-letters", "openapi/v1.json" })
        {
            (await Host.GetAsync(path, token)).ShouldBe(HttpStatusCode.OK, path);
            (await Host.GetAsync(path, null)).ShouldBe(HttpStatusCode.Unauthorized, path);
        }

        (await Host.GetAsync("runs/none", token)).ShouldBe(HttpStatusCode.NotFound);
        (await Host.GetAsync("dead-letters/none", token)).ShouldBe(HttpStatusCode.NotFound);
        (await Host.PushedAsync(token, "run-daily-job")).ShouldBe(HttpStatusCode.BadRequest);
        (await Host.PushedAsync(token, "dead-letters/none/replay")).ShouldBe(HttpStatusCode.NotFound);
        (await Host.PushedAsync(token, "dead-letters/none/discard")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Pushers_do_not_operate_and_operators_do_not_push()
    {
        var push = Host.Issuer.Sign(Host.PushClaims());
        var pushForOperators = Host.Issuer.Sign(
            Host.PushClaims(claims => claims["aud"] = GuardedHost.OperatorAudience));
        var operators = Host.Issuer.Sign(Host.OperatorClaims());
        var operatorForPush = Host.Issuer.Sign(Host.OperatorClaims(claims => claims["aud"] = GuardedHost.PushAudience));

        (await Host.PushedAsync(push, "run-daily-job")).ShouldBe(HttpStatusCode.Unauthorized);
        (await Host.PushedAsync(pushForOperators, "run-daily-job")).ShouldBe(HttpStatusCode.Forbidden);
        (await Host.PushedAsync(operators)).ShouldBe(HttpStatusCode.Unauthorized);
        (await Host.PushedAsync(operatorForPush)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Strangers_and_unverified_principals_are_forbidden()
    {
        (
            await Host.GetAsync(
                "status", Host.Issuer.Sign(Host.OperatorClaims(claims => claims["email"] = "eve@acme.test"))))
            .ShouldBe(HttpStatusCode.Forbidden);
        (
            await Host.GetAsync(
                "status", Host.Issuer.Sign(Host.OperatorClaims(claims => claims["email_verified"] = false))))
            .ShouldBe(HttpStatusCode.Forbidden);
        (await Host.GetAsync("status", Host.Issuer.Sign(Host.OperatorClaims(claims => claims.Remove("email")))))
            .ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_principal_that_the_proxy_signed_in_may()
    {
        (await Host.GetAsync("status", Host.Issuer.SignAsProxy(Host.IapClaims()), Iap)).ShouldBe(HttpStatusCode.OK);
        (
            await Host.GetAsync(
                "status", Host.Issuer.SignAsProxy(Host.IapClaims(claims => claims["email"] = "eve@acme.test")), Iap))
            .ShouldBe(HttpStatusCode.Forbidden);
        using var push = await Host.SendAsync(
            HttpMethod.Post, "events/run-requested", (Iap, Host.Issuer.SignAsProxy(Host.IapClaims())));
        push.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_forged_assertion_of_the_proxy_is_refused()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string Strange(string algorithm, HashAlgorithmName hash) =>
            Issuer.Token(
                Issuer.Header(algorithm, "iap-1", null), Host.IapClaims(), bytes => stranger.SignData(bytes, hash));
        string[] forgeries =
        [
            Strange("ES256", HashAlgorithmName.SHA256),
            Strange("ES384", HashAlgorithmName.SHA384),
            Host.Issuer.Sign(Host.IapClaims()),
            Host.Issuer.Sign(Host.IapClaims(), header => header["kid"] = "iap-1"),
            $"Bearer {Host.Issuer.SignAsProxy(Host.IapClaims())}",
            Host.Issuer.SignAsProxy(Host.IapClaims(claims => claims["aud"] = GuardedHost.OperatorAudience)),
            Host.Issuer.SignAsProxy(Host.IapClaims(claims => claims["iss"] = "https://accounts.google.com")),
            Host.Issuer.SignAsProxy(Host.IapClaims(claims => claims["exp"] = Host.Seconds(TimeSpan.FromMinutes(-1)))),
            Host.Issuer.SignAsProxy(Host.OperatorClaims()),
            "",
        ];

        foreach (var forgery in forgeries)
        {
            (await Host.GetAsync("status", forgery, Iap)).ShouldBe(HttpStatusCode.Unauthorized, forgery);
        }
    }

    [Fact]
    public async Task The_headers_that_the_proxy_sets_beside_its_assertion_prove_nothing()
    {
        using var answer = await Host.SendAsync(
            HttpMethod.Get, "status",
            ("x-goog-authenticated-user-email", $"accounts.google.com:{GuardedHost.Operator}"),
            ("x-goog-authenticated-user-id", "accounts.google.com:1"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_the_proxys_audience_its_header_is_not_trusted()
    {
        await using var host = await GuardedHost.StartAsync(("Authentication:Iap:Audience", ""));

        (await host.GetAsync("status", host.Issuer.SignAsProxy(host.IapClaims(claims => claims["aud"] = "")), Iap))
            .ShouldBe(HttpStatusCode.Unauthorized);
        (await host.GetAsync("status", host.Issuer.SignAsProxy(host.IapClaims()), Iap))
            .ShouldBe(HttpStatusCode.Unauthorized);
        (await host.GetAsync("status", host.Issuer.Sign(host.OperatorClaims()))).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("liveness", HttpStatusCode.OK)]
    [InlineData("ready", HttpStatusCode.OK)]
    [InlineData("no-such-thing", HttpStatusCode.NotFound)]
    [InlineData("events/run-requested", HttpStatusCode.MethodNotAllowed)]
    public async Task Probes_and_the_list_of_endpoints_are_for_everyone_and_look_at_no_token(
        string path, HttpStatusCode status)
    {
        var asked = Host.Issuer.Asked;

        (await Host.GetAsync(path, null)).ShouldBe(status);
        (await Host.GetAsync(path, Host.Issuer.Sign(Host.PushClaims(), header => header["kid"] = "unknown")))
            .ShouldBe(status);

        Host.Issuer.Asked.ShouldBe(asked);
    }

    [Fact]
    public void Every_endpoint_says_for_whom_it_is()
    {
        var found = Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .ToDictionary(
                endpoint =>
                    $"{string.Join(',', endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])} "
                        + $"/{endpoint.RoutePattern.RawText!.Trim('/')}",
                endpoint =>
                    string.Join(
                        ',', endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy)));

        found.ShouldBe(
            new Dictionary<string, string>
            {
                ["POST /events/run-requested"] = Access.Push,
                ["POST /events/fetch-requested"] = Access.Push,
                ["POST /events/dead-lettered"] = Access.Push,
                ["POST /"] = Access.Push,
                ["GET /metrics"] = Access.Metrics,
                ["POST /run-daily-job"] = Access.Operators,
                ["POST /run-daily-job/estimate"] = Access.Operators,
                ["GET /status"] = Access.Operators,
                ["GET /runs"] = Access.Operators,
                ["GET /runs/{id}"] = Access.Operators,
                ["POST /runs/{id}/pause"] = Access.Operators,
                ["POST /runs/{id}/resume"] = Access.Operators,
                ["POST /runs/{id}/cancel"] = Access.Operators,
                ["GET /slices"] = Access.Operators,
                ["GET /slices/versions"] = Access.Operators,
                ["POST /slices/restore"] = Access.Operators,
                ["GET /vendors"] = Access.Operators,
                ["GET /dead-letters"] = Access.Operators,
                ["GET /dead-letters/groups"] = Access.Operators,
                ["GET /dead-letters/{id}"] = Access.Operators,
                ["POST /dead-letters/{id}/replay"] = Access.Operators,
                ["POST /dead-letters/{id}/discard"] = Access.Operators,
                ["GET /openapi/{documentName}.json"] = Access.Operators,
                ["GET /liveness"] = Access.Everyone,
                ["GET /ready"] = Access.Everyone,
                ["GET /health"] = Access.Everyone,
                [" /{*path}"] = Access.Everyone,
            },
            ignoreOrder: true);
        Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.ShouldAllBe(
            endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() == null);
    }
}
