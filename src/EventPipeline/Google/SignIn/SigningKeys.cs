using Microsoft.IdentityModel.Tokens;

namespace EventPipeline.Google.SignIn;

/// <summary>
/// An issuer's public keys by their ids. An unknown key is looked up at once, so that rotation needs no restart, but
/// not so often that forged ids make the service hammer the issuer; while the issuer cannot be reached, the last known
/// keys still count.
/// </summary>
internal sealed partial class SigningKeys(
    IHttpClientFactory clients, Func<Uri> address, TimeProvider clock, ILogger<SigningKeys> logger) : IDisposable
{
    public const string Client = "signing-keys";

    /// <summary>How long keys count without being read again, so that a withdrawn one stops counting.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromHours(1);

    /// <summary>How many reads unknown ids may cause at once, and how soon each becomes available again.</summary>
    public const int MaxReads = 10;

    public static readonly TimeSpan ReadComesBackAfter = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _reading = new(1);
    private KeySet? _known;
    private int _ended;
    private double _reads = MaxReads;
    private DateTimeOffset _counted = clock.GetUtcNow();

    /// <summary>The key with an id; null if the issuer has none, or none can be read.</summary>
    public async ValueTask<SecurityKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var ended = _ended;
        if (
            _known is { } known
                && clock.GetUtcNow() < known.ReadAt + FreshFor
                && known.Keys.TryGetValue(id, out var key))
        {
            return key;
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            // Another caller may have read the keys meanwhile.
            if (_ended == ended && MayRead())
            {
                _known = await ReadAsync(cancellationToken) ?? _known;
                _ended++;
            }
        }
        finally
        {
            _reading.Release();
        }

        return _known?.Keys.GetValueOrDefault(id);
    }

    public void Dispose() => _reading.Dispose();

    private bool MayRead()
    {
        var now = clock.GetUtcNow();
        _reads = Math.Min(MaxReads, _reads + ((now - _counted) / ReadComesBackAfter));
        _counted = now;
        if (_reads < 1)
        {
            return false;
        }

        _reads--;
        return true;
    }

    private async Task<KeySet?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var http = clients.CreateClient(Client);
            var keys = new JsonWebKeySet(await http.GetStringAsync(address(), cancellationToken)).Keys
                .Where(key => key.Kid is { Length: > 0 } && key.Use is null or "" or "sig")
                .GroupBy(key => key.Kid, StringComparer.Ordinal)
                .ToDictionary(same => same.Key, SecurityKey (same) => same.First(), StringComparer.Ordinal);
            return keys.Count > 0
                ? new KeySet(clock.GetUtcNow(), keys)
                : throw new InvalidDataException("The response contains no keys.");
        }
        catch (Exception unreadable) when (!cancellationToken.IsCancellationRequested)
        {
            KeysLog.Unreadable(logger, unreadable, address());
            return null;
        }
    }

    private sealed record KeySet(DateTimeOffset ReadAt, IReadOnlyDictionary<string, SecurityKey> Keys);

    private static partial class KeysLog
    {
        [LoggerMessage(1, LogLevel.Warning,
            "The public keys of tokens cannot be read from {Address}: falling back to the last known keys; "
            + "tokens are refused if there are none.")]
        public static partial void Unreadable(ILogger logger, Exception exception, Uri address);
    }
}
