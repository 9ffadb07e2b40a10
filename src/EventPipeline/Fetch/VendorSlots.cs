using System.Collections.Frozen;
using System.Threading.RateLimiting;
using EventPipeline.Vendors.Accounts;
using Microsoft.Extensions.Options;

namespace EventPipeline.Fetch;

/// <summary>
/// Divides the requests that this process gets at once among the configured vendors, so that none can take them all:
/// half of them are kept for the vendors in equal parts, at least one each; the others go to whoever comes first.
/// </summary>
internal sealed class VendorSlots : IDisposable
{
    private readonly FrozenDictionary<string, ConcurrencyLimiter> _kept;
    private readonly ConcurrencyLimiter? _shared;

    // Its message is rejected, which takes no time.
    private readonly ConcurrencyLimiter _ofUnknown = Limiter(int.MaxValue);

    public VendorSlots(ConfiguredAccounts accounts, IOptions<FetchOptions> options)
    {
        var vendors = accounts.All.Select(account => account.Vendor).Distinct(StringComparer.Ordinal).ToList();
        var all = options.Value.Concurrency ?? int.MaxValue;
        var each = vendors.Count == 0 ? 0 : Math.Max(1, all / 2 / vendors.Count);
        var left = all - (each * vendors.Count);
        _kept = vendors.ToFrozenDictionary(vendor => vendor, _ => Limiter(each));
        _shared = left > 0 ? Limiter(left) : null;
    }

    /// <summary>
    /// Takes a slot for a window of a vendor, until it is disposed of; null if the vendor can have no more.
    /// </summary>
    public IDisposable? TryTake(string vendor)
    {
        if (!_kept.TryGetValue(vendor, out var kept))
        {
            return _ofUnknown.AttemptAcquire();
        }

        return Acquired(kept) ?? (_shared is null ? null : Acquired(_shared));
    }

    public void Dispose()
    {
        foreach (var limiter in _kept.Values)
        {
            limiter.Dispose();
        }

        _shared?.Dispose();
        _ofUnknown.Dispose();
    }

    private static RateLimitLease? Acquired(ConcurrencyLimiter limiter)
    {
        var lease = limiter.AttemptAcquire();
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        return null;
    }

    private static ConcurrencyLimiter Limiter(int slots) => new(new ConcurrencyLimiterOptions { PermitLimit = slots });
}
