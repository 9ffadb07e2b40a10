using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace EventPipeline.Vendors;

/// <summary>Until when each account's requests wait, because its vendor asked for it.</summary>
internal sealed class HoldOff
{
    // A vendor's slip of the pen must not keep an account from being read for days.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);

    /// <summary>When the account may be asked again, UTC; in the past when it may be asked now.</summary>
    public DateTimeOffset Until(string account) => _until.GetValueOrDefault(account);

    /// <summary>Lets the account's requests wait, at least this long.</summary>
    public void Extend(string account, DateTimeOffset now, TimeSpan wait)
    {
        var until = now + (wait < Longest ? wait : Longest);
        _until.AddOrUpdate(account, until, (_, other) => other > until ? other : until);
    }
}

/// <summary>After a 429 with <c>Retry-After</c>, holds back the other requests of the same account in this process.</summary>
internal sealed class HoldOffHandler(HoldOff holdOff, TimeProvider time) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var account = request.Options.TryGetValue(VendorResilience.Account, out var name) ? name : "";
        var deadline = request.Options.TryGetValue(VendorResilience.Deadline, out var end) ? end : DateTimeOffset.MaxValue;
        await WaitAsync(account, deadline, cancellationToken);

        var response = await base.SendAsync(request, cancellationToken);
        var now = time.GetUtcNow();
        if (response.StatusCode == HttpStatusCode.TooManyRequests && RetryAfter.Of(response, now) is { } wait)
        {
            holdOff.Extend(account, now, wait);
        }

        return response;
    }

    private async Task WaitAsync(string account, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        while (holdOff.Until(account) is var until && until - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
        {
            if (until >= deadline)
            {
                throw new TransientFailureException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the vendor asked {account} to wait until {until.UtcDateTime:O}, past the end of this attempt: nothing was sent."));
            }

            await Task.Delay(wait, time, cancellationToken);
        }
    }
}
