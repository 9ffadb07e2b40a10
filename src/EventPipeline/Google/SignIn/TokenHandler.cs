using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EventPipeline.Google.SignIn;

/// <summary>
/// Checks a token that Google signed, and keeps only what access is decided by: a verified e-mail address. Anything
/// unlike Google's tokens is refused, mostly before any key is looked at; the log says why, the response does not.
/// </summary>
/// <remarks>
/// https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions and
/// https://cloud.google.com/iap/docs/signed-headers-howto.
/// </remarks>
internal sealed partial class TokenHandler(
    IOptionsMonitor<TokenOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<TokenOptions>(options, loggers, encoder)
{
    /// <summary>How far Google's clock and this one may differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>Google's tokens have about 1,000 characters.</summary>
    public const int MaxCharacters = 16 * 1024;

    private const string Crit = "crit";
    private const string EmailVerified = "email_verified";
    private const string RemovedSignature = ".SIGNATURE_REMOVED_BY_GOOGLE";

    private static readonly JsonWebTokenHandler Validator = new()
    {
        MaximumTokenSizeInBytes = MaxCharacters,
        MapInboundClaims = false,
    };

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var values = Request.Headers[Options.Header];
        if (values.Count == 0 || Options.Audience.Length == 0)
        {
            return AuthenticateResult.NoResult();
        }

        if (values.Count > 1 || TextOf(values[0]!) is not { } text)
        {
            return Refuse("the header does not contain exactly one token of a usual length");
        }

        var now = TimeProvider.GetUtcNow();
        if (
            Options.Memory.Find(text, now) is { } known
                && await Options.Keys.FindAsync(known.Key.KeyId, Context.RequestAborted) == known.Key)
        {
            return Accept(known.Email);
        }

        if (text.EndsWith(RemovedSignature, StringComparison.Ordinal))
        {
            return Refuse("Cloud Run removed the signature, see docs/decisions/0006-who-may-call.md");
        }

        if (Read(text) is not { } token)
        {
            return Refuse("it is not a signed JSON Web Token");
        }

        if (
            token.Alg != Options.Algorithm
                || token.Kid is not { Length: > 0 }
                || token.TryGetHeaderValue<object>(Crit, out _))
        {
            return Refuse($"it is not signed with {Options.Algorithm} and a named key alone");
        }

        if (!TokenShape.IsGoogles(text))
        {
            return Refuse("a claim is missing, is repeated or does not have the type that it has in Google's tokens");
        }

        if (await Options.Keys.FindAsync(token.Kid, Context.RequestAborted) is not { } key)
        {
            return Refuse("the issuer has no key of this name");
        }

        var result = await Validator.ValidateTokenAsync(token, Parameters(key));
        if (!result.IsValid)
        {
            return Refuse($"it is not valid: {result.Exception.GetType().Name}");
        }

        var email = EmailIn(result);
        Options.Memory.Add(text, new ValidToken(key, token.ValidTo, email), now);
        return Accept(email);
    }

    // RFC 9110 11.4: the scheme is written in any case, and spaces occur only between it and the token.
    private string? TextOf(string value)
    {
        if (value.Length > MaxCharacters || !value.StartsWith(Options.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var text = value[Options.Scheme.Length..].TrimStart(' ');
        return text.Length > 0 && !text.AsSpan().ContainsAny(" ,\t") ? text : null;
    }

    private static JsonWebToken? Read(string text)
    {
        try
        {
            return text.Count(character => character == '.') == 2 ? new JsonWebToken(text) : null;
        }
        catch (Exception)
        {
            return null; // Its author may have written anything; none of it is a token.
        }
    }

    private TokenValidationParameters Parameters(SecurityKey key) => new()
    {
        ValidAlgorithms = [Options.Algorithm],
        ValidIssuers = Options.Issuers,
        AudienceValidator = (audiences, _, _) => audiences?.ToList() is [var only] && only == Options.Audience,
        IssuerSigningKey = key,
        TryAllIssuerSigningKeys = false,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        LifetimeValidator = IsCurrent,
    };

    private bool IsCurrent(
        DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = TimeProvider.GetUtcNow().UtcDateTime;
        var issued = ((JsonWebToken)token).IssuedAt;
        return expires > now - ClockSkew
            && (notBefore is null || notBefore <= now + ClockSkew)
            && issued <= now + ClockSkew;
    }

    private string? EmailIn(TokenValidationResult result)
    {
        var isProven = !Options.EmailNeedsProof
            || (result.Claims.TryGetValue(EmailVerified, out var verified) && verified is true);
        return isProven && result.Claims.TryGetValue(JwtRegisteredClaimNames.Email, out var claim)
            ? claim as string
            : null;
    }

    private AuthenticateResult Accept(string? email)
    {
        var claims = string.IsNullOrEmpty(email) ? [] : new[] { new Claim(ClaimTypes.Email, email) };
        return AuthenticateResult.Success(
            new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme.Name)), Scheme.Name));
    }

    private AuthenticateResult Refuse(string reason)
    {
        TokenLog.Refused(Logger, Scheme.Name, Request.Path, reason);
        return AuthenticateResult.Fail("The token was refused.");
    }

    private static partial class TokenLog
    {
        [LoggerMessage(1, LogLevel.Warning, "A token of the kind '{Kind}' at {Path} was refused: {Reason}.")]
        public static partial void Refused(ILogger logger, string kind, PathString path, string reason);
    }
}
