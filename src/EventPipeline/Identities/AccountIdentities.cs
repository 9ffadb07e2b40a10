using System.Collections.Concurrent;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Identities;

/// <summary>
/// Determines who each configured account is: once for all windows of the account, and no account waits long for
/// another's vendor. The result is recorded with the first commit, so that neither a new name, nor a new key, nor a
/// vendor that stops naming it can turn it into another account.
/// </summary>
internal sealed partial class AccountIdentities(
    ConfiguredAccounts accounts,
    AccountKeys keys,
    AccountRegister register,
    TimeProvider clock,
    ILogger<AccountIdentities> logger) : IDisposable
{
    // A merge, or what another instance recorded, is noticed within this time.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    // If something else says who an account is, its vendor's answer is worth waiting this long for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly OrganizationInquiries _inquiries = new(clock, Lifetime);
    private readonly ConcurrentDictionary<(string Dataset, Account Account, string Key), Finding> _recorded = new();
    private readonly SemaphoreSlim _recording = new(1);

    /// <summary>Who an account is, asking its vendor unless it was asked in the last few minutes.</summary>
    /// <param name="dataset">The dataset that the rows go to, or are compared with.</param>
    /// <param name="connector">The vendor's connector.</param>
    /// <param name="account">The account.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RejectedEventException">
    /// A person has to decide who it is, it is another account's organisation, or the credential was refused.
    /// </exception>
    /// <exception cref="TransientFailureException">The vendor could not be asked now.</exception>
    public async Task<ResolvedAccount> ResolveAsync(
        string dataset, IVendorConnector connector, Account account, CancellationToken cancellationToken)
    {
        var key = await keys.FingerprintAsync(account, cancellationToken);
        if (Recorded(dataset, account, key) is { } finding)
        {
            return new ResolvedAccount(finding.AccountId, key, finding.Told) { StoredIds = finding.StoredIds };
        }

        var book = await ReadAsync(dataset, account, cancellationToken);
        var others = await OthersKeysAsync(account, cancellationToken);
        RequireOwnKey(book, account, key, others);
        var told = await AskAsync(book, connector, account, key, cancellationToken);
        var identity = Keep(book, dataset, account, key, told, Decide(book, dataset, account, key, told));
        RequireNotAnothersRows(book, account, key, identity, others);
        if (identity.IsNewName)
        {
            await RequireFirstNameAsync(book, dataset, connector, account, identity.AccountId, cancellationToken);
        }

        return new ResolvedAccount(identity.AccountId, key, told) { StoredIds = StoredIds(book, identity.AccountId) };
    }

    /// <summary>
    /// Every id that slices of an account are stored under, as far as this process knows without asking anybody: none
    /// if it has not resolved the account in the last few minutes.
    /// </summary>
    public async Task<IReadOnlyList<string>> StoredIdsAsync(
        string dataset, Account account, CancellationToken cancellationToken) =>
        await keys.TryFingerprintAsync(account, cancellationToken) is { } key
            && Recorded(dataset, account, key) is { } finding
            ? finding.StoredIds
            : [];

    /// <summary>Records who an account is, before rows of it become visible.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="connector">The vendor's connector.</param>
    /// <param name="account">The account.</param>
    /// <param name="read">Who it was found to be before it was read.</param>
    /// <param name="answering">The organisation that the answers named.</param>
    /// <param name="runId">
    /// The run that reads it; null where nothing may be written, and what was read is only checked.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RejectedEventException">The answers name another organisation.</exception>
    /// <exception cref="TransientFailureException">
    /// Its key was replaced meanwhile, or another instance has just recorded another id: it has to be read again.
    /// </exception>
    public async Task ConfirmAsync(
        string dataset,
        IVendorConnector connector,
        Account account,
        ResolvedAccount read,
        AnsweringOrganization answering,
        string? runId,
        CancellationToken cancellationToken)
    {
        var key = await keys.FingerprintAsync(account, cancellationToken);
        var told = answering.AddTo(
            key == read.Key ? read.Told : await _inquiries.AskAsync(connector, account, key, cancellationToken));
        if (Recorded(dataset, account, key) is { } finding && finding.Told == told)
        {
            RequireSame(account, read, finding.AccountId);
            return;
        }

        await _recording.WaitAsync(cancellationToken);
        try
        {
            var now = await DecideAsync(dataset, account, key, told, read, cancellationToken);
            RequireSame(account, read, now.AccountId);
            foreach (var isClaim in now.IsNewName ? [true, false] : (bool[])[false])
            {
                if (runId is null || now.Unrecorded.Count == 0)
                {
                    return;
                }

                await register.RecordAsync(dataset, account.Vendor, now, runId, isClaim, cancellationToken);
                Tell(account, now);
                now = await DecideAsync(dataset, account, key, told, read, cancellationToken);
                RequireSame(account, read, now.AccountId);
            }
        }
        finally
        {
            _recording.Release();
        }
    }

    /// <summary>
    /// The known ids of configured accounts, without asking any vendor; unknown accounts are left out.
    /// </summary>
    public async Task<IReadOnlyDictionary<Account, string>> FindKnownAsync(
        string dataset, IReadOnlyList<Account> wanted, CancellationToken cancellationToken)
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
            : (
                await keys.TryFingerprintAsync(account, cancellationToken) is { } key
                    ? book.OwnerOf(new AccountMark(AccountMark.Key, key))
                    : null);
    }

    private Task<AccountBook> ReadAsync(string dataset, Account account, CancellationToken cancellationToken) =>
        register.ReadAsync(dataset, account.Vendor, accounts.For(account.Vendor), cancellationToken);

    private AccountIdentity Decide(
        AccountBook book, string dataset, Account account, string key, OrganizationIds told, string? newcomer = null) =>
        new IdentityDecision(book, dataset, account, accounts.For(account.Vendor)).Decide(key, told, newcomer);

    private async Task<AccountIdentity> DecideAsync(
        string dataset,
        Account account,
        string key,
        OrganizationIds told,
        ResolvedAccount read,
        CancellationToken cancellationToken)
    {
        var book = await ReadAsync(dataset, account, cancellationToken);
        return Keep(
            book, dataset, account, key, told, Decide(book, dataset, account, key, told, read.AccountId));
    }

    private static IReadOnlyList<string> StoredIds(AccountBook book, string accountId) =>
        [accountId, .. book.MergedInto(accountId)];

    /// <summary>
    /// What the vendor says. If its key proves that an account is the same as before, the answer is not needed.
    /// </summary>
    private async Task<OrganizationIds> AskAsync(
        AccountBook book, IVendorConnector connector, Account account, string key, CancellationToken cancellationToken)
    {
        var isProven = book.IdsOf(account.Name) is [var id]
            && book.OwnerOf(new AccountMark(AccountMark.Key, key)) == id;
        try
        {
            var asking = _inquiries.AskAsync(connector, account, key, cancellationToken);
            return await (isProven ? asking.WaitAsync(Patience, clock, cancellationToken) : asking);
        }
        catch (Exception unknown) when (isProven && unknown is TransientFailureException or TimeoutException)
        {
            return OrganizationIds.None;
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> OthersKeysAsync(
        Account account, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, string>();
        foreach (var other in accounts.For(account.Vendor).Where(other => other.Name != account.Name))
        {
            if (await keys.TryFingerprintAsync(other, cancellationToken) is { } key)
            {
                found.Add(other.Name, key);
            }
        }

        return found;
    }

    private static void RequireSame(Account account, ResolvedAccount read, string now)
    {
        if (read.AccountId != now)
        {
            throw new TransientFailureException(
                $"{account} was read as '{read.AccountId}' and is now '{now}': its key or its record "
                + "changed during the read. It will be read again.");
        }
    }

    /// <summary>
    /// One key under two names is one organisation under two names. The name that was recorded first keeps it; else the
    /// first in the settings.
    /// </summary>
    private void RequireOwnKey(
        AccountBook book, Account account, string key, IReadOnlyDictionary<string, string> others)
    {
        foreach (var (other, _) in others.Where(other => other.Value == key))
        {
            var (isMine, isOthers) = (book.HasRecorded(account.Name), book.HasRecorded(other));
            if (isMine == isOthers ? Precedes(other, account) : isOthers)
            {
                throw new RejectedEventException(
                    $"The {account.Vendor} accounts '{other}' and '{account.Name}' are the same organisation, since "
                        + "they have the same key: reading both would count it twice.",
                    $"Give '{account.Name}' its own key, or remove one of the two from the Accounts of this vendor in "
                        + "the settings. Then replay.",
                    RejectionCause.DuplicateAccount);
            }
        }
    }

    /// <summary>
    /// A name that now belongs to another organisation must not continue the rows of the previous one, which is
    /// configured under a new name.
    /// </summary>
    private static void RequireNotAnothersRows(
        AccountBook book,
        Account account,
        string key,
        AccountIdentity identity,
        IReadOnlyDictionary<string, string> others)
    {
        if (book.OwnerOf(new AccountMark(AccountMark.Key, key)) is null
            && others.FirstOrDefault(
                other =>
                    book.OwnerOf(
                        new AccountMark(AccountMark.Key, other.Value)) == identity.AccountId) is { Key: { } other })
        {
            throw new RejectedEventException(
                $"{account} has a different key than before, and the key of its account '{identity.AccountId}' "
                + $"is now that of '{other}'.",
                $"If '{other}' is the same organisation, remove one of the two. If '{account.Name}' is a new one, "
                    + "give it a name that was never used. Then replay.",
                RejectionCause.AccountIdentity);
        }
    }

    /// <summary>
    /// Of two names that are not recorded yet, the first in the settings keeps the organisation. If its vendor is slow,
    /// the record decides.
    /// </summary>
    private async Task RequireFirstNameAsync(
        AccountBook book,
        string dataset,
        IVendorConnector connector,
        Account account,
        string accountId,
        CancellationToken cancellationToken)
    {
        foreach (var earlier in accounts.For(account.Vendor).TakeWhile(other => other.Name != account.Name))
        {
            if (
                !book.HasRecorded(earlier.Name)
                    && await AskOtherAsync(book, dataset, connector, earlier, cancellationToken) == accountId)
            {
                throw IdentityDecision.SameOrganization(account, earlier.Name, accountId);
            }
        }
    }

    private async Task<string?> AskOtherAsync(
        AccountBook book,
        string dataset,
        IVendorConnector connector,
        Account other,
        CancellationToken cancellationToken)
    {
        try
        {
            var key = await keys.FingerprintAsync(other, cancellationToken);
            var told = await _inquiries.AskAsync(connector, other, key, cancellationToken)
                .WaitAsync(Patience, clock, cancellationToken);
            return Decide(book, dataset, other, key, told).AccountId;
        }
        catch (Exception unknown) when (
            unknown is RejectedEventException or TransientFailureException or TimeoutException)
        {
            return null; // An unreadable account counts nothing twice, and blocks no other.
        }
    }

    private bool Precedes(string one, Account other) =>
        accounts.For(other.Vendor).First(each => each.Name == one || each.Name == other.Name).Name == one;

    /// <summary>The recorded result, while it is fresh.</summary>
    private Finding? Recorded(string dataset, Account account, string key) =>
        _recorded.TryGetValue((dataset, account, key), out var finding) && clock.GetUtcNow() - finding.At < Lifetime
            ? finding
            : null;

    private AccountIdentity Keep(
        AccountBook book,
        string dataset,
        Account account,
        string key,
        OrganizationIds told,
        AccountIdentity identity)
    {
        if (identity.Unrecorded.Count == 0)
        {
            _recorded[(dataset, account, key)] = new Finding(
                identity.AccountId, StoredIds(book, identity.AccountId), told, clock.GetUtcNow());
        }

        return identity;
    }

    private void Tell(Account account, AccountIdentity recorded)
    {
        Log.Recorded(
            logger, account, recorded.AccountId, string.Join(", ", recorded.Unrecorded.Select(mark => mark.Kind)));
        if (recorded.IsByNameAlone)
        {
            Log.ByNameAlone(logger, account, recorded.AccountId);
        }

        foreach (var other in recorded.AlsoUnder)
        {
            Log.AlsoUnder(logger, account, recorded.AccountId, other, account.Vendor);
        }
    }

    private sealed record Finding(
        string AccountId, IReadOnlyList<string> StoredIds, OrganizationIds Told, DateTimeOffset At);

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "{Account} is '{AccountId}' in the tables; recorded: {Marks}.",
            EventName = "account.recorded")]
        public static partial void Recorded(ILogger logger, Account account, string accountId, string marks);

        [LoggerMessage(2, LogLevel.Warning,
            "{Account} is '{AccountId}' in the tables, and an earlier version also loaded days of it as '{OtherId}', "
            + "which may be counted twice. "
                + "If both are one organisation, run `accounts merge --vendor {Vendor} --from {OtherId} --into "
                + "{AccountId}`.",
            EventName = "account.twice")]
        public static partial void AlsoUnder(
            ILogger logger, Account account, string accountId, string otherId, string vendor);

        [LoggerMessage(3, LogLevel.Warning,
            "{Account} has a different key than before. Its vendor does not name an organisation, so its rows continue "
            + "as '{AccountId}' because of its name alone. If it is now another "
                + "organisation, give it another name.",
            EventName = "account.key_changed")]
        public static partial void ByNameAlone(ILogger logger, Account account, string accountId);
    }
}
