using Microsoft.Extensions.Options;

namespace EventPipeline.Google.SignIn;

/// <summary>
/// Whose tokens are accepted, section <c>Authentication</c>. The service refuses to start until all are set.
/// </summary>
internal sealed class SignInOptions
{
    public const string Section = "Authentication";

    public PushIdentity Push { get; set; } = new();

    public OperatorIdentities Operators { get; set; } = new();

    public IapAssertion Iap { get; set; } = new();

    /// <summary>The public keys of Google's OpenID Connect tokens, as a JSON Web Key Set.</summary>
    public Uri? CertificatesAddress { get; set; } = new("https://www.googleapis.com/oauth2/v3/certs");

    /// <summary>The identity that Pub/Sub pushes with.</summary>
    internal sealed class PushIdentity
    {
        /// <summary>The audience in the subscriptions' <c>oidc_token</c>, to the letter.</summary>
        public string Audience { get; set; } = "";

        /// <summary>The service account in the subscriptions' <c>oidc_token</c>.</summary>
        public string Email { get; set; } = "";
    }

    /// <summary>Who runs the service.</summary>
    internal sealed class OperatorIdentities
    {
        /// <summary>The audience that operators' tokens are made for, to the letter.</summary>
        public string Audience { get; set; } = "";

        /// <summary>The e-mail addresses of people and service accounts, in any case.</summary>
        public List<string> Principals { get; set; } = [];
    }

    /// <summary>Identity-Aware Proxy in front of the service.</summary>
    internal sealed class IapAssertion
    {
        /// <summary>
        /// <c>/projects/NUMBER/locations/REGION/services/NAME</c> or <c>…/global/backendServices/ID</c>; empty: its
        /// header is not trusted.
        /// </summary>
        public string Audience { get; set; } = "";

        /// <summary>The public keys of the proxy's assertions, as a JSON Web Key Set.</summary>
        public Uri? CertificatesAddress { get; set; } = new("https://www.gstatic.com/iap/verify/public_key-jwk");
    }
}

internal sealed class SignInOptionsValidator : IValidateOptions<SignInOptions>
{
    public ValidateOptionsResult Validate(string? name, SignInOptions options)
    {
        var mistakes = new List<string>();
        Check(
            "Push__Audience",
            options.Push.Audience,
            "set it to the audience of the push subscriptions' OIDC token.",
            mistakes);
        Check(
            "Push__Email",
            options.Push.Email,
            "set it to the service account of the push subscriptions' OIDC token.",
            mistakes);
        CheckEmail("Push__Email", options.Push.Email, mistakes);
        Check(
            "Operators__Audience",
            options.Operators.Audience,
            "set it to the audience that operators' tokens are made for.",
            mistakes);
        if (options.Operators.Principals.Count == 0)
        {
            Check(
                "Operators__Principals", "",
                $"set {SignInOptions.Section}__Operators__Principals__0 "
                    + "to the e-mail address of someone who may run the service.",
                mistakes);
        }

        foreach (var (principal, index) in
            options.Operators.Principals.Select((principal, index) => (principal, index)))
        {
            Check($"Operators__Principals__{index}", principal, "set it to an e-mail address, or remove it.", mistakes);
            CheckEmail($"Operators__Principals__{index}", principal, mistakes);
        }

        if (options.Iap.Audience.Length > 0)
        {
            Check(
                "Iap__Audience",
                options.Iap.Audience,
                "set it to the audience of the proxy's assertions, or remove it.",
                mistakes);
        }

        CheckAddress("CertificatesAddress", options.CertificatesAddress, mistakes);
        CheckAddress("Iap__CertificatesAddress", options.Iap.CertificatesAddress, mistakes);
        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }

    private static void Check(string setting, string? value, string remedy, List<string> mistakes)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            mistakes.Add($"{SignInOptions.Section}__{setting} is empty: {remedy}");
        }
        else if (value.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)))
        {
            mistakes.Add(
                $"{SignInOptions.Section}__{setting} contains spaces or line breaks, "
                    + $"so that no token can match it: {remedy}");
        }
    }

    private static void CheckEmail(string setting, string? value, List<string> mistakes)
    {
        if (
            !string.IsNullOrWhiteSpace(value)
                && value.IndexOf('@', StringComparison.Ordinal) is var at
                && (at < 1 || at == value.Length - 1))
        {
            mistakes.Add(
                $"{SignInOptions.Section}__{setting} is {Shown.Quoted(value)}, which is not an e-mail address.");
        }
    }

    // Keys that anyone on the network path can replace prove nothing.
    private static void CheckAddress(string setting, Uri? address, List<string> mistakes)
    {
        if (
            address is not { IsAbsoluteUri: true }
                || !(
                    address.Scheme == Uri.UriSchemeHttps
                        || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            mistakes.Add(
                $"{SignInOptions.Section}__{setting} is '{address}': it takes an https:// address, or an http:// "
                    + "address of this machine.");
        }
    }
}
