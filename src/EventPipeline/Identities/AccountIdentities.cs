using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using EventPipeline.Vendors;

namespace EventPipeline.Identities;

/// <summary>
/// Finds out who each configured account is: once for all windows of the account, and no account waits for another's vendor for long. What is found is
/// recorded with the first commit, so that neither a new name, nor a new key, nor a vendor that stops telling can make it another account.
/// </summary>
internal sealed partial class AccountIdentities(
    Accounts accounts, Secrets secrets, AccountRegister register, TimeProvider clock, ILogger<AccountIdentities> logger) : IDisposable
{
    // A merge, and what another instance recorded, are seen within this time.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    // The vendor's answer about an organisation is worth minutes, see the connectors; another account's answer is not.
    private static readonly TimeSpan OthersPatience = TimeSpan.FromSeconds(30);

    private readonly OrganizationInquiries _inquiries = new(clock, Lifetime);
    private readonly ConcurrentDictionary<(string Dataset, Account Account, string Key), Finding> _recorded = new();
    private readonly SemaphoreSlim _recording = new(1);

    /// <summary>Who an account is, asking its vendor where nobody has asked in the last minutes.</summary>
    /// <param name="dataset">The dataset that the rows go to, or are compared with.</param>
    /// <param name="connector">The vendor's connector.</param>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RejectedEventException">A person has to say who it is, it is another account's organisation, or the credential was refused.</exception>
    /// <exception cref="TransientFailureException">The vendor could not be asked now.</exception>
    public async Task<AccountIdentity> ResolveAsync(string dataset, IVendorConnector connector, Account account, CancellationToken cancellationToken)
    {
        var key = await FingerprintAsync(account, cancellationToken);
        if (Recorded(dataset, account, key) is { } finding)
        {
            return finding.Identity;
        }

        var others = accounts.For(account.Vendor).Where(other => other.Name != account.Name).ToList();
        var book = await register.ReadAsync(dataset, account.Vendor, accounts.For(account.Vendor), cancellationToken);
        await RequireOwnKeyAsync(book, account, key, others, cancellationToken);
        var told = await _inquiries.AskAsync(connector, account, key, cancellationToken);
        var identity = Decide(book, account, key, told);
        if (identity.IsNewName)
        {
            await RequireFirstNameAsync(book, connector, account, identity.AccountId, cancellationToken);
        }

        return Keep(dataset, account, key, identity, told.HeaderId);
    }

    /// <summary>Records who an account is, before rows of it become visible.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="connector">The vendor's connector.</param>
    /// <param name="account">The account.</param>
    /// <param name="identity">Who it was found to be before it was read.</param>
    /// <param name="headerId">The organisation that the answers named in a header; null where they named none.</param>
    /// <param name="runId">The run that reads it; null where nothing may be written, and what was read is only checked.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RejectedEventException">The answers name another organisation.</exception>
    /// <exception cref="TransientFailureException">Its key was exchanged meanwhile, or somebody else has just recorded another id: it has to be read again.</exception>
    public async Task ConfirmAsync(
        string dataset,
        IVendorConnector connector,
        Account account,
        AccountIdentity identity,
        string? headerId,
        string? runId,
        CancellationToken cancellationToken)
    {
        var key = await FingerprintAsync(account, cancellationToken);
        if (Recorded(dataset, account, key) is { } finding && (headerId is null || headerId == finding.HeaderId))
        {
            RequireSame(account, identity, finding.Identity);
            return;
        }

        var told = await _inquiries.AskAsync(connector, account, key, cancellationToken);
        told = told with { HeaderId = headerId ?? told.HeaderId };
        await _recording.WaitAsync(cancellationToken);
        try
        {
            var now = await DecideAsync(dataset, account, key, told, cancellationToken);
            RequireSame(account, identity, now);
            if (runId is not null && now.Unrecorded.Count > 0)
            {
                await register.RecordAsync(dataset, account.Vendor, now, runId, cancellationToken);
                RequireSame(account, identity, Keep(dataset, account, key, await DecideAsync(dataset, account, key, told, cancellationToken), told.HeaderId));
                Tell(account, now);
            }
        }
        finally
        {
            _recording.Release();
        }
    }

    private void Tell(Account account, AccountIdentity recorded)
    {
        Log.Recorded(logger, account, recorded.AccountId, string.Join(", ", recorded.Unrecorded.Select(mark => mark.Kind)));
        foreach (var other in recorded.AlsoUnder)
        {
            Log.AlsoUnder(logger, account, recorded.AccountId, other, account.Vendor);
        }
    }

    /// <summary>What was found and is recorded, while it is fresh.</summary>
    private Finding? Recorded(string dataset, Account account, string key) =>
        _recorded.TryGetValue((dataset, account, key), out var finding) && clock.GetUtcNow() - finding.At < Lifetime ? finding : null;

    private AccountIdentity Keep(string dataset, Account account, string key, AccountIdentity identity, string? headerId)
    {
        if (identity.Unrecorded.Count == 0)
        {
            _recorded[(dataset, account, key)] = new Finding(identity, headerId, clock.GetUtcNow());
        }

        return identity;
    }

    private async Task<AccountIdentity> DecideAsync(
        string dataset, Account account, string key, OrganizationIds told, CancellationToken cancellationToken) => Decide(
        await register.ReadAsync(dataset, account.Vendor, accounts.For(account.Vendor), cancellationToken), account, key, told);

    /// <summary>The ids that configured accounts are known to have, without asking any vendor; an account that nothing is known of is not among them.</summary>
    public async Task<IReadOnlyDictionary<Account, string>> FindKnownAsync(string dataset, IReadOnlyList<Account> wanted, CancellationToken cancellationToken)
    {
        var known = new Dictionary<Account, string>();
        foreach (var vendor in wanted.GroupBy(account => account.Vendor))
        {
            var book = await register.ReadAsync(dataset, vendor.Key, accounts.For(vendor.Key), cancellationToken);
            foreach (var account in vendor)
            {
                if (await FindKnownAsync(book, account, cancellationToken) is { } id)
                {
                    known.Add(account, id);
                }
            }
        }

        return known;
    }

    public void Dispose() => _recording.Dispose();

    private async Task<string?> FindKnownAsync(AccountBook book, Account account, CancellationToken cancellationToken)
    {
        if (account.OrganizationId is { } stated)
        {
            return book.Find(stated) ?? stated;
        }

        return book.IdsOf(account.Name) is [var id, ..]
            ? id
            : (await TryFingerprintAsync(account, cancellationToken) is { } key ? book.OwnerOf(new AccountMark(AccountMark.Key, key)) : null);
    }

    private AccountIdentity Decide(AccountBook book, Account account, string key, OrganizationIds told) =>
        new IdentityDecision(book, account, accounts.For(account.Vendor)).Decide(key, told);

    private static void RequireSame(Account account, AccountIdentity before, AccountIdentity now)
    {
        if (before.AccountId != now.AccountId)
        {
            throw new TransientFailureException(
                $"{account} was read as '{before.AccountId}' and is '{now.AccountId}' now: its key or its record was changed while it was read. It is read again.");
        }
    }

    /// <summary>One key under two names is one organisation under two names. The name that was recorded first keeps it; else the first in the settings.</summary>
    private async Task RequireOwnKeyAsync(
        AccountBook book, Account account, string key, IReadOnlyList<Account> others, CancellationToken cancellationToken)
    {
        foreach (var other in others)
        {
            if (await TryFingerprintAsync(other, cancellationToken) != key)
            {
                continue;
            }

            var (isMine, isOthers) = (book.HasRecorded(account.Name), book.HasRecorded(other.Name));
            if (isMine == isOthers ? Precedes(other, account) : isOthers)
            {
                throw new RejectedEventException(
                    $"The {account.Vendor} accounts '{other.Name}' and '{account.Name}' have the same key: reading both would count one organisation twice.",
                    $"Give '{account.Name}' its own key, or remove one of the two from the Accounts of this vendor in the settings. Then replay.",
                    RejectionCause.DuplicateAccount);
            }
        }
    }

    /// <summary>Of two names that nobody has recorded yet the first in the settings keeps the organisation. Its vendor may be slow: then the record decides.</summary>
    private async Task RequireFirstNameAsync(
        AccountBook book, IVendorConnector connector, Account account, string accountId, CancellationToken cancellationToken)
    {
        foreach (var earlier in accounts.For(account.Vendor).TakeWhile(other => other.Name != account.Name))
        {
            if (!book.HasRecorded(earlier.Name) && await AskOtherAsync(book, connector, earlier, cancellationToken) == accountId)
            {
                throw IdentityDecision.SameOrganization(account, earlier.Name, accountId);
            }
        }
    }

    private async Task<string?> AskOtherAsync(AccountBook book, IVendorConnector connector, Account other, CancellationToken cancellationToken)
    {
        try
        {
            var key = await FingerprintAsync(other, cancellationToken);
            var told = await _inquiries.AskAsync(connector, other, key, cancellationToken).WaitAsync(OthersPatience, clock, cancellationToken);
            return Decide(book, other, key, told).AccountId;
        }
        catch (Exception unknown) when (unknown is RejectedEventException or TransientFailureException or TimeoutException)
        {
            return null; // An account that cannot be read counts nothing twice, and stops no other.
        }
    }

    /// <summary>Tells one key of an account from another without being one.</summary>
    private async Task<string> FingerprintAsync(Account account, CancellationToken cancellationToken)
    {
        try
        {
            var key = await secrets.GetAsync(account, cancellationToken);
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{account.Vendor}\n{key}")))[..32];
        }
        catch (RejectedEventException rejected)
        {
            throw new RejectedEventException($"{account}: {rejected.Message}", rejected.Hint, rejected.Cause, rejected);
        }
        catch (TransientFailureException failure)
        {
            throw new TransientFailureException($"{account}: {failure.Message}", failure);
        }
    }

    private async Task<string?> TryFingerprintAsync(Account account, CancellationToken cancellationToken)
    {
        try
        {
            return await FingerprintAsync(account, cancellationToken);
        }
        catch (Exception unknown) when (unknown is RejectedEventException or TransientFailureException)
        {
            return null;
        }
    }

    private bool Precedes(Account one, Account other) => accounts.For(one.Vendor).First(each => each.Name == one.Name || each.Name == other.Name).Name == one.Name;

    private sealed record Finding(AccountIdentity Identity, string? HeaderId, DateTimeOffset At);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Account} is '{AccountId}' in the tables; recorded: {Marks}.", EventName = "account.recorded")]
        public static partial void Recorded(ILogger logger, Account account, string accountId, string marks);

        [LoggerMessage(2, LogLevel.Warning,
            "{Account} is '{AccountId}' in the tables, and an earlier version also loaded days of it as '{OtherId}', which may count twice. "
                + "If both are one organisation, run `accounts merge --vendor {Vendor} --from {OtherId} --into {AccountId}`.",
            EventName = "account.twice")]
        public static partial void AlsoUnder(ILogger logger, Account account, string accountId, string otherId, string vendor);
    }
}
