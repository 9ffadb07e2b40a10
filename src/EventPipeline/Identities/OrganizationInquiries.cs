using EventPipeline.Vendors.Contract;

namespace EventPipeline.Identities;

/// <summary>
/// Asks vendors which organisation a key belongs to, once for all callers within a while. If one caller gives up
/// waiting, the request continues for the others; once all have, it is cancelled, so that no request outlives its
/// callers, least of all in a service that is shutting down.
/// </summary>
/// <param name="clock">Measures how old an answer is.</param>
/// <param name="lifetime">How long an answer is valid; a failure is retried at once.</param>
internal sealed class OrganizationInquiries(TimeProvider clock, TimeSpan lifetime)
{
    private readonly Dictionary<(Account Account, string Key), Inquiry> _inquiries = [];
    private readonly Lock _gate = new();

    /// <summary>What the vendor says about a key.</summary>
    /// <param name="connector">The vendor's connector.</param>
    /// <param name="account">The account.</param>
    /// <param name="key">A fingerprint of the key that it has now.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RejectedEventException">The vendor refused the credential.</exception>
    /// <exception cref="TransientFailureException">The vendor could not be asked now.</exception>
    public async Task<OrganizationIds> AskAsync(
        IVendorConnector connector, Account account, string key, CancellationToken cancellationToken)
    {
        var inquiry = Join(connector, account, key);
        try
        {
            return await inquiry.Answer.WaitAsync(cancellationToken);
        }
        finally
        {
            if (Leave(account, key, inquiry))
            {
                await inquiry.EndAsync();
            }
        }
    }

    private Inquiry Join(IVendorConnector connector, Account account, string key)
    {
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            if (!_inquiries.TryGetValue((account, key), out var inquiry) || !inquiry.IsGoodAt(now, lifetime))
            {
                _inquiries[(account, key)] = inquiry = new Inquiry(now, connector, account);
            }

            inquiry.Waiting++;
            return inquiry;
        }
    }

    /// <summary>Whether no caller waits for it any more.</summary>
    private bool Leave(Account account, string key, Inquiry inquiry)
    {
        lock (_gate)
        {
            if (--inquiry.Waiting > 0)
            {
                return false;
            }

            if (!inquiry.Answer.IsCompleted && _inquiries.GetValueOrDefault((account, key)) == inquiry)
            {
                _inquiries.Remove((account, key));
            }

            return true;
        }
    }

    /// <summary>One question. The connector limits how long it may take.</summary>
    private sealed class Inquiry : IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly DateTimeOffset _asked;

        public Inquiry(DateTimeOffset asked, IVendorConnector connector, Account account)
        {
            _asked = asked;
            Answer = connector.IdentifyAsync(account, _end.Token);
        }

        public Task<OrganizationIds> Answer { get; }

        public int Waiting { get; set; }

        public bool IsGoodAt(DateTimeOffset now, TimeSpan lifetime) =>
            now - _asked < lifetime && !Answer.IsFaulted && !Answer.IsCanceled;

        public async Task EndAsync()
        {
            if (!Answer.IsCompleted)
            {
                await _end.CancelAsync();
            }

            Dispose();
        }

        public void Dispose() => _end.Dispose();
    }
}
