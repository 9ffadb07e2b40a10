using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using EventPipeline.Vendors;

namespace EventPipeline.Fetch;

/// <summary>
/// Finds out which organisation an account is at its vendor: the rows carry the vendor's own id, so that renaming an account changes nothing,
/// and two credentials of one organisation are refused instead of being counted twice. What is known is known of a key: the one that takes its
/// place may be another organisation's.
/// </summary>
internal sealed class AccountIdentities(Accounts accounts, Secrets secrets)
{
    private readonly ConcurrentDictionary<(Account Account, string Key), string> _known = new();

    /// <summary>The <c>account_id</c> of an account: the vendor's organisation id, or the account's name where it tells none.</summary>
    /// <exception cref="RejectedEventException">An account configured before this one is the same organisation, or the credential is refused.</exception>
    public async Task<string> ResolveAsync(IVendorConnector connector, Account account, CancellationToken cancellationToken)
    {
        var id = await AskAsync(connector, account, cancellationToken);
        foreach (var earlier in accounts.For(account.Vendor).TakeWhile(other => other.Name != account.Name))
        {
            if (await AskUnlessRefusedAsync(connector, earlier, cancellationToken) == id)
            {
                throw new RejectedEventException(
                    $"The {account.Vendor} accounts '{earlier.Name}' and '{account.Name}' are the same organisation, {id}: reading both would count it twice.",
                    $"Remove one of the two from Vendors__{connector.Vendor.Section}__Accounts.",
                    RejectionCause.DuplicateAccount);
            }
        }

        return id;
    }

    private async Task<string> AskAsync(IVendorConnector connector, Account account, CancellationToken cancellationToken)
    {
        var key = await FingerprintAsync(account, cancellationToken);
        if (key is not null && _known.TryGetValue((account, key), out var known))
        {
            return known;
        }

        var id = await connector.GetOrganizationIdAsync(account, cancellationToken) ?? account.Name;

        // A key that was rotated while the vendor was asked leaves open whose answer it is.
        if (key is not null && key == await FingerprintAsync(account, cancellationToken))
        {
            _known[(account, key)] = id;
        }

        return id;
    }

    /// <summary>Tells one key from another without being one; null where there is none, which the connector says with all that belongs to it.</summary>
    private async Task<string?> FingerprintAsync(Account account, CancellationToken cancellationToken)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(await secrets.GetAsync(account, cancellationToken))));
        }
        catch (Exception unknown) when (unknown is RejectedEventException or TransientFailureException)
        {
            return null;
        }
    }

    private async Task<string?> AskUnlessRefusedAsync(IVendorConnector connector, Account account, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(connector, account, cancellationToken);
        }
        catch (RejectedEventException)
        {
            return null; // An account that cannot be read counts nothing twice.
        }
    }
}
