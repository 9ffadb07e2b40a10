namespace EventPipeline.Vendors.Contract;

/// <summary>
/// Reads one vendor's API and says what it answered. It knows its vendor and nothing else: no warehouse, no retry loop,
/// no catch. Resilience belongs to the HTTP client, failure to the caller.
/// </summary>
public interface IVendorConnector
{
    /// <summary>Who is asked.</summary>
    Vendor Vendor { get; }

    /// <summary>
    /// What the vendor says about the organisation that the account's key belongs to;
    /// <see cref="OrganizationIds.None"/> where it cannot be asked.
    /// </summary>
    /// <exception cref="RejectedEventException">The vendor refused the credential.</exception>
    /// <exception cref="TransientFailureException">The vendor could not be asked now.</exception>
    Task<OrganizationIds> IdentifyAsync(Account account, CancellationToken cancellationToken);

    /// <summary>
    /// Streams what the vendor answered: a <see cref="BucketArrived"/> for every day it covered, even an empty one,
    /// each followed by that day's records. Peak memory does not grow with the number of rows.
    /// </summary>
    /// <exception cref="RejectedEventException">
    /// The credential was refused, or the answer breaks the vendor's contract.
    /// </exception>
    IAsyncEnumerable<VendorItem> FetchAsync(FetchContext fetch, CancellationToken cancellationToken);
}
