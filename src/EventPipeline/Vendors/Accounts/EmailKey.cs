namespace EventPipeline.Vendors.Accounts;

/// <summary>Reads the key of <c>Vendors__EmailKey</c>, where e-mail addresses are to be hashed.</summary>
internal sealed class EmailKey(Secrets secrets, VendorOptions options)
{
    /// <summary>What hashes them; null where they stay as vendors tell them.</summary>
    /// <exception cref="RejectedEventException">There is no key, it is too short, or it may not be read.</exception>
    /// <exception cref="TransientFailureException">It cannot be read now.</exception>
    public async ValueTask<EmailHash?> FindAsync(CancellationToken cancellationToken)
    {
        if (options.EmailKey is not { } reference)
        {
            return null;
        }

        var key = await secrets.GetAsync(reference, cancellationToken);
        return key.Length >= EmailHash.MinKeyLength
            ? new EmailHash(key)
            : throw new RejectedEventException(
                $"The key of Vendors__EmailKey has {key.Length} characters, and e-mail addresses are not read without "
                + $"one of at least {EmailHash.MinKeyLength}.",
                "Store a longer key, e.g. that of `openssl rand -hex 32`, restart the service, then replay.",
                RejectionCause.Credential);
    }
}
