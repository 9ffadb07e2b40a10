using System.Security.Cryptography;
using System.Text;
using EventPipeline.Vendors.Accounts;
using EventPipeline.Vendors.Contract;

namespace EventPipeline.Identities;

/// <summary>
/// Fingerprints that distinguish the keys of accounts without revealing them: half of a SHA-256 over vendor and key,
/// which is safe because keys are random. One key may read several things: what an account reads with it is part of its
/// fingerprint.
/// </summary>
internal sealed class AccountKeys(Secrets secrets)
{
    /// <summary>A fingerprint of the key that an account has now.</summary>
    /// <exception cref="RejectedEventException">There is none, or it may not be read.</exception>
    /// <exception cref="TransientFailureException">It cannot be read now.</exception>
    public async Task<string> FingerprintAsync(Account account, CancellationToken cancellationToken)
    {
        try
        {
            var key = await secrets.GetAsync(account, cancellationToken);
            var text = account.Scope is null
                ? $"{account.Vendor}\n{key}"
                : $"{account.Vendor}\n{key}\n{account.Scope.ToString().ToUpperInvariant()}";
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
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

    /// <summary>A fingerprint of the key that an account has now; null where it cannot be read.</summary>
    public async Task<string?> TryFingerprintAsync(Account account, CancellationToken cancellationToken)
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
}
