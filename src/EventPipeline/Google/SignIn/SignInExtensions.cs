using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;

namespace EventPipeline.Google.SignIn;

internal static class SignInExtensions
{
    private const string Bearer = "Bearer ";
    private const string PushTokens = "push";
    private const string OperatorTokens = "operators";
    private const string IapAssertions = "iap";
    private const string GoogleKeys = "google";
    private static readonly string[] GoogleIssuers = ["https://accounts.google.com", "accounts.google.com"];

    /// <summary>
    /// Accepts events only from the push identity and everything else only from the operators, each with a token that
    /// Google signed for this service. The service refuses to start until <see cref="SignInOptions"/> identify them.
    /// </summary>
    public static IServiceCollection AddGoogleSignIn(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<SignInOptions, SignInOptionsValidator>()
            .BindSection(SignInOptions.Section);
        services.AddHttpClient(SigningKeys.Client, client =>
        {
            client.Timeout = TimeSpan.FromSeconds(5);
            client.MaxResponseContentBufferSize = 1024 * 1024;
        });
        services.AddKeys(GoogleKeys, options => options.CertificatesAddress!);
        services.AddKeys(IapAssertions, options => options.Iap.CertificatesAddress!);

        // What AddAuthentication adds, without data protection: its keys would be made at every start, for nothing.
        services.AddAuthenticationCore();
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddTokens(PushTokens, GoogleKeys, (token, options) => AreGoogles(token, options.Push.Audience))
            .AddTokens(OperatorTokens, GoogleKeys, (token, options) => AreGoogles(token, options.Operators.Audience))
            .AddTokens(IapAssertions, IapAssertions, (token, options) =>
            {
                (token.Header, token.Issuers, token.Algorithm) = (
                    "x-goog-iap-jwt-assertion", ["https://cloud.google.com/iap"], SecurityAlgorithms.EcdsaSha256);
                // the proxy has signed the person in
                (token.Audience, token.EmailNeedsProof) = (options.Iap.Audience, false);
            });
        return services.AddAccess(
            push => push.AddAuthenticationSchemes(PushTokens).RequireAuthenticatedUser().RequireAssertion(IsPush),
            operators =>
                operators.AddAuthenticationSchemes(OperatorTokens, IapAssertions)
                    .RequireAuthenticatedUser()
                    .RequireAssertion(IsOperator),
            metrics =>
                metrics.AddAuthenticationSchemes(OperatorTokens, IapAssertions)
                    .RequireAssertion(call => IsBeside(call) || IsOperator(call)));
    }

    private static void AddKeys(this IServiceCollection services, string name, Func<SignInOptions, Uri> address) =>
        services.AddKeyedSingleton(name, (provider, _) => ActivatorUtilities.CreateInstance<SigningKeys>(
            provider, () => address(provider.GetRequiredService<IOptions<SignInOptions>>().Value)));

    private static AuthenticationBuilder AddTokens(
        this AuthenticationBuilder builder, string kind, string keys, Action<TokenOptions, SignInOptions> configure)
    {
        builder.Services.AddOptions<TokenOptions>(kind)
            .Configure<IServiceProvider, IOptions<SignInOptions>>((token, provider, options) =>
        {
            token.Keys = provider.GetRequiredKeyedService<SigningKeys>(keys);
            configure(token, options.Value);
        });
        return builder.AddScheme<TokenOptions, TokenHandler>(kind, configureOptions: null);
    }

    private static void AreGoogles(TokenOptions token, string audience) =>
        (token.Header, token.Scheme, token.Issuers, token.Algorithm, token.Audience) =
            (HeaderNames.Authorization, Bearer, GoogleIssuers, SecurityAlgorithms.RsaSha256, audience);

    private static bool IsPush(AuthorizationHandlerContext call) =>
        call.User.HasClaim(ClaimTypes.Email, Settings(call).Push.Email);

    private static bool IsOperator(AuthorizationHandlerContext call) => call.User.FindAll(ClaimTypes.Email)
        .Any(claim => Settings(call).Operators.Principals.Contains(claim.Value, StringComparer.OrdinalIgnoreCase));

    /// <summary>
    /// A sidecar: on this machine, and not through Cloud Run's front end, which names the client that it forwards for.
    /// </summary>
    private static bool IsBeside(AuthorizationHandlerContext call) =>
        call.Resource is HttpContext { Connection.RemoteIpAddress: { } address } http
        && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
        && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded");

    private static SignInOptions Settings(AuthorizationHandlerContext call) =>
        ((HttpContext)call.Resource!).RequestServices.GetRequiredService<IOptions<SignInOptions>>().Value;
}
