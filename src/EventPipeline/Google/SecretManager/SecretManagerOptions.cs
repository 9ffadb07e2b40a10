using Microsoft.Extensions.Options;

namespace EventPipeline.Google.SecretManager;

/// <summary>Where Secret Manager is, section <c>SecretManager</c>.</summary>
internal sealed class SecretManagerOptions
{
    public const string Section = "SecretManager";

    /// <summary>Its REST API, without the version.</summary>
    public Uri? BaseAddress { get; set; } = new("https://secretmanager.googleapis.com/");

    /// <summary>How long a secret is used without being read again, unless a vendor refuses it.</summary>
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromMinutes(10);
}

internal sealed class SecretManagerOptionsValidator : IValidateOptions<SecretManagerOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, SecretManagerOptions options)
    {
        var mistakes = new List<string>();
        if (options.CacheFor <= TimeSpan.Zero || options.CacheFor > Longest)
        {
            mistakes.Add(
                $"SecretManager__CacheFor is '{options.CacheFor}': it takes more than 00:00:00, up to 1.00:00:00.");
        }

        // Secrets travel over it.
        if (options.BaseAddress is not { IsAbsoluteUri: true } address
            || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
        {
            mistakes.Add(
                $"SecretManager__BaseAddress is '{options.BaseAddress}': it takes an https:// address, or an http:// "
                    + "address of this machine.");
        }

        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }
}
