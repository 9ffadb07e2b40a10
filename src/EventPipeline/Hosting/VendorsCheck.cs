using EventPipeline.Ledger;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EventPipeline.Hosting;

/// <summary>
/// How many reports of each vendor failed when last read, by the vendor's name. It looks at their last results and
/// calls no vendor: a probe costs the vendor nothing.
/// </summary>
internal sealed class VendorsCheck(
    RunStatus status, KnownVendors vendors, ConfiguredAccounts accounts) : IHealthCheck
{
    public const string Name = "vendors";

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken)
    {
        // An account that was renamed or removed keeps its last error in the ledger and no longer matters, nor does a
        // report that the account does not read any more.
        var failed = (await status.FreshnessAsync(cancellationToken))
            .Where(report => report.LastError is not null && accounts.Reads(report.Subject, vendors))
            .ToLookup(report => report.Vendor);
        return HealthCheckResult.Healthy(data: vendors.All.Where(vendor => accounts.For(vendor.Name).Count > 0)
            .ToDictionary(vendor => vendor.Name, object (vendor) => failed[vendor.Name].Count()));
    }
}
