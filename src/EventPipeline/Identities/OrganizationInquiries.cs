using System.Collections.Concurrent;
using EventPipeline.Vendors;

namespace EventPipeline.Identities;

/// <summary>Asks vendors which organisation a key belongs to: once for everybody who wants to know within a while, whoever of them gives up waiting.</summary>
/// <param name="clock">Tells how old an answer is.</param>
/// <param name="lifetime">How long an answer is good for; a failure is asked again at once.</param>
internal sealed class OrganizationInquiries(TimeProvider clock, TimeSpan lifetime)
{
    private readonly ConcurrentDictionary<(Account Account, string Key), Inquiry> _inquiries = new();

    /// <summary>What the vendor tells of a key.</summary>
    /// <param name="connector">The vendor's connector.</param>
    /// <param name="account">The account.</param>
    /// <param name="key">A fingerprint of the key that it has now.</param>
    /// <param name="cancellationToken">Stops waiting; the question goes on for the others.</param>
    /// <exception cref="RejectedEventException">The vendor refused the credential.</exception>
    /// <exception cref="TransientFailureException">The vendor could not be asked now.</exception>
    public Task<OrganizationIds> AskAsync(IVendorConnector connector, Account account, string key, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return _inquiries
            .AddOrUpdate(
                (account, key),
                _ => new Inquiry(now, connector, account),
                (_, last) => last.IsGoodAt(now, lifetime) ? last : new Inquiry(now, connector, account))
            .Answer
            .WaitAsync(cancellationToken);
    }

    /// <summary>One question. The connector limits how long it may take.</summary>
    private sealed class Inquiry(DateTimeOffset asked, IVendorConnector connector, Account account)
    {
        private readonly Lazy<Task<OrganizationIds>> _answer = new(() => connector.IdentifyAsync(account, CancellationToken.None));

        public Task<OrganizationIds> Answer => _answer.Value;

        public bool IsGoodAt(DateTimeOffset now, TimeSpan lifetime) => now - asked < lifetime && !Answer.IsFaulted && !Answer.IsCanceled;
    }
}
