using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace EventPipeline.Google;

/// <summary>Where Secret Manager is, section <c>SecretManager</c>.</summary>
internal sealed class SecretManagerOptions
{
    public const string Section = "SecretManager";

    /// <summary>Its REST API, without the version.</summary>
    [Required(ErrorMessage = "SecretManager__BaseAddress is not an address: it takes https://secretmanager.googleapis.com/.")]
    public Uri BaseAddress { get; set; } = new("https://secretmanager.googleapis.com/");

    /// <summary>How long a secret is used without being read again, unless a vendor refuses it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true,
        ErrorMessage = "SecretManager__CacheFor takes 00:00:01 to 1.00:00:00.")]
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromMinutes(10);
}

[OptionsValidator]
internal sealed partial class SecretManagerOptionsValidator : IValidateOptions<SecretManagerOptions>;

/// <summary>The rule that an attribute cannot say.</summary>
internal sealed class SecretManagerOptionsRules : IValidateOptions<SecretManagerOptions>
{
    // Secrets travel over it.
    public ValidateOptionsResult Validate(string? name, SecretManagerOptions options) =>
        options.BaseAddress is { IsAbsoluteUri: true } address && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"SecretManager__BaseAddress is '{options.BaseAddress}': it takes an https:// address, or an http:// address of this machine.");
}
