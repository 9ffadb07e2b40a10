using EventPipeline.Vendors.Accounts;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EventPipeline.Hosting;

/// <summary>
/// Every account's key, and the key of e-mail addresses, can be read; keys that were read a short while ago are not
/// read again.
/// </summary>
internal sealed class SecretsCheck(
    Secrets secrets, EmailKey emailKey, ConfiguredAccounts accounts) : IHealthCheck
{
    public const string Name = "secrets";

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken)
    {
        await Task.WhenAll(accounts.All.Select(account => secrets.GetAsync(account, cancellationToken).AsTask()));
        await emailKey.FindAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
