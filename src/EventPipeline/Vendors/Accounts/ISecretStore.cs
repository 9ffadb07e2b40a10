namespace EventPipeline.Vendors.Accounts;

/// <summary>Where the vendors' keys are kept: the environment, or Google's Secret Manager.</summary>
internal interface ISecretStore
{
    /// <summary>How its references look, for people: <c>env:NAME</c>.</summary>
    string Form { get; }

    /// <summary>Whether a reference is one of this store's, by its form.</summary>
    bool Keeps(string reference);

    /// <summary>
    /// What can be found wrong with a reference at the start, after the setting's name; null when nothing is.
    /// </summary>
    string? Mistake(string reference);

    /// <summary>The key that a reference points to.</summary>
    /// <exception cref="RejectedEventException">
    /// There is none, or it may not be read; names the reference, and what to do.
    /// </exception>
    /// <exception cref="TransientFailureException">The store is unavailable now.</exception>
    ValueTask<string> GetAsync(string reference, CancellationToken cancellationToken);

    /// <summary>The key after a vendor refused it: another one when it has been rotated, else the same.</summary>
    /// <exception cref="RejectedEventException">It no longer exists, or it may not be read.</exception>
    /// <exception cref="TransientFailureException">The store is unavailable now.</exception>
    ValueTask<string> RenewAsync(string reference, string refused, CancellationToken cancellationToken);
}
