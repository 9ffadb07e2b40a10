using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using EventPipeline.Vendors.Accounts;
using Microsoft.Extensions.Options;

namespace EventPipeline.Google.SecretManager;

/// <summary>
/// Keys in Google's Secret Manager. A key is kept for a while and read again when a vendor refuses it, so that a
/// rotated one needs no restart; however many callers there are, a secret is read by one at a time.
/// </summary>
internal sealed partial class SecretManagerStore(
    SecretManagerClient client, IOptions<SecretManagerOptions> options, TimeProvider clock) : ISecretStore
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public string Form => "projects/PROJECT/secrets/SECRET";

    public bool Keeps(string reference) => Reference().IsMatch(reference);

    /// <summary>Checks nothing: a missing secret shows when it is read.</summary>
    public string? Mistake(string reference) => null;

    public ValueTask<string> GetAsync(string reference, CancellationToken cancellationToken)
    {
        var entry = EntryOf(reference);
        return entry.Kept is { } kept && IsFresh(kept)
            ? ValueTask.FromResult(kept.Value)
            : ReadAsync(entry, kept => !IsFresh(kept), cancellationToken);
    }

    public ValueTask<string> RenewAsync(string reference, string refused, CancellationToken cancellationToken) =>
        ReadAsync(EntryOf(reference), kept => kept.Value == refused || !IsFresh(kept), cancellationToken);

    private async ValueTask<string> ReadAsync(Entry entry, Func<Kept, bool> isOld, CancellationToken cancellationToken)
    {
        await entry.Reading.WaitAsync(cancellationToken);
        try
        {
            if (entry.Kept is not { } kept || isOld(kept))
            {
                entry.Kept = kept = new Kept(
                    await client.AccessAsync(entry.Version, cancellationToken), clock.GetUtcNow());
            }

            return kept.Value;
        }
        finally
        {
            entry.Reading.Release();
        }
    }

    private bool IsFresh(Kept kept) => clock.GetUtcNow() < kept.ReadAt + options.Value.CacheFor;

    private Entry EntryOf(string reference)
    {
        var version = reference.Contains("/versions/", StringComparison.Ordinal)
            ? reference
            : $"{reference}/versions/latest";
        return _entries.GetOrAdd(version, name => new Entry(name));
    }

    // https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets: projects have ids or numbers.
    [GeneratedRegex(
        @"\Aprojects/[a-z0-9][a-z0-9.:-]{0,62}/secrets/[A-Za-z0-9_-]{1,255}(/versions/(latest|[1-9][0-9]{0,9}))?\z")]
    private static partial Regex Reference();

    private sealed class Entry(string version)
    {
        public string Version => version;

        public SemaphoreSlim Reading { get; } = new(1);

        public Kept? Kept { get; set; }
    }

    /// <summary>Not a record: nothing may print it.</summary>
    private sealed class Kept(string value, DateTimeOffset readAt)
    {
        public string Value => value;

        public DateTimeOffset ReadAt => readAt;
    }
}
