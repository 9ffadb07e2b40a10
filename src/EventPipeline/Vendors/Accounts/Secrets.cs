using EventPipeline.Vendors.Contract;

namespace EventPipeline.Vendors.Accounts;

/// <summary>
/// Finds the store that an account's key is kept in. Nothing else holds a key for longer than it takes to send a
/// request.
/// </summary>
internal sealed class Secrets(IEnumerable<ISecretStore> stores)
{
    /// <summary>What is wrong with a value that is not a key, wherever it is kept.</summary>
    public const string NoKey =
        "contains spaces, line breaks or characters that never occur in a key; often it is a line break at the end";

    private readonly IReadOnlyList<ISecretStore> _stores = [.. stores];

    /// <summary>Whether a value can be a key: visible ASCII and nothing else.</summary>
    public static bool IsKey(string value) => value.Length > 0 && value.All(character => character is > ' ' and <= '~');

    /// <summary>
    /// What is wrong with a reference, after the setting's name; null when nothing is. Never repeats what is not a
    /// reference: it may be the key.
    /// </summary>
    public string? Mistake(string reference)
    {
        if (Find(reference) is { } store)
        {
            return store.Mistake(reference);
        }

        var forms = string.Join(" or ", _stores.Select(known => known.Form));
        return reference.StartsWith("projects/", StringComparison.Ordinal) && _stores is [EnvironmentSecrets]
            ? "names a secret of Secret Manager, which is not read on this machine; "
                + "put the key into an environment variable and write "
                + "env: and the variable's name."
            : $"is not of the form {forms} (not shown, in case it is the key itself); "
                + "put the key into an environment variable and write "
                + "env: and the variable's name"
                + (_stores.Count > 1 ? ", or keep it in Secret Manager and write the secret's resource name." : ".");
    }

    /// <summary>An account's key.</summary>
    /// <exception cref="RejectedEventException">There is none, or it may not be read.</exception>
    /// <exception cref="TransientFailureException">It cannot be read now.</exception>
    public ValueTask<string> GetAsync(Account account, CancellationToken cancellationToken) =>
        StoreOf(account).GetAsync(account.SecretReference, cancellationToken);

    /// <summary>What a reference that was checked points to.</summary>
    /// <exception cref="RejectedEventException">There is none, or it may not be read.</exception>
    /// <exception cref="TransientFailureException">It cannot be read now.</exception>
    public ValueTask<string> GetAsync(string reference, CancellationToken cancellationToken) =>
        (Find(reference) ?? throw new InvalidOperationException("The settings were not checked: no store keeps it."))
            .GetAsync(reference, cancellationToken);

    /// <summary>
    /// An account's key after the vendor refused one: another when it has been rotated, else the same.
    /// </summary>
    /// <exception cref="RejectedEventException">It no longer exists, or it may not be read.</exception>
    /// <exception cref="TransientFailureException">It cannot be read now.</exception>
    public ValueTask<string> RenewAsync(Account account, string refused, CancellationToken cancellationToken) =>
        StoreOf(account).RenewAsync(account.SecretReference, refused, cancellationToken);

    private ISecretStore StoreOf(Account account) => Find(account.SecretReference)
        ?? throw new InvalidOperationException(
            $"The settings were not checked: no store keeps the secret of {account}.");

    private ISecretStore? Find(string reference) => _stores.FirstOrDefault(store => store.Keeps(reference));
}
