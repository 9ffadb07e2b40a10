using System.Collections.Concurrent;
using EventPipeline.Vendors;

namespace EventPipeline.Fetch;

/// <summary>
/// Finds out which organisation an account is at its vendor: the rows carry the vendor's own id, so that renaming an account changes nothing,
/// and two credentials of one organisation are refused instead of being counted twice.
/// </summary>
internal sealed class AccountIdentities(Accounts accounts)
{
    private readonly ConcurrentDictionary<Account, string> _known = new();

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
        if (!_known.TryGetValue(account, out var id))
        {
            id = await connector.GetOrganizationIdAsync(account, cancellationToken) ?? account.Name;
            _known[account] = id;
        }

        return id;
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
