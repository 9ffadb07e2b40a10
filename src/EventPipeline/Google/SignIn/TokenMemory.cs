using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace EventPipeline.Google.SignIn;

/// <summary>
/// Tokens of one kind that were found valid: Pub/Sub sends the same one for up to an hour, and its signature takes
/// longer to check than the rest of a push. A token is kept by its hash, so that nobody can take it from here.
/// </summary>
internal sealed class TokenMemory
{
    /// <summary>How many are remembered. Anyone may have Google sign tokens for this service.</summary>
    public const int Most = 100;

    private readonly ConcurrentDictionary<string, ValidToken> _known = new(StringComparer.Ordinal);

    /// <summary>How many are remembered now.</summary>
    public int Count => _known.Count;

    /// <summary>What is known about a token, to the last character of it; null if it has expired.</summary>
    public ValidToken? Find(string token, DateTimeOffset now) =>
        _known.TryGetValue(NameOf(token), out var valid) && now < valid.Expires ? valid : null;

    /// <summary>Remembers a token; those that have expired are forgotten for it, or all when there are none.</summary>
    public void Add(string token, ValidToken valid, DateTimeOffset now)
    {
        lock (_known)
        {
            if (_known.Count >= Most)
            {
                foreach (var (name, _) in _known.Where(known => known.Value.Expires <= now))
                {
                    _known.TryRemove(name, out _);
                }
            }

            if (_known.Count >= Most)
            {
                _known.Clear();
            }

            _known[NameOf(token)] = valid;
        }
    }

    private static string NameOf(string token) =>
        Convert.ToBase64String(SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan())));
}

/// <summary>What a valid token says.</summary>
/// <param name="Key">
/// The key that it was checked with; a token counts no longer than its issuer's keys are those that were read then.
/// </param>
/// <param name="Expires">Until when it counts without being checked again.</param>
/// <param name="Email">The e-mail address that it proves; null if it proves none.</param>
internal sealed record ValidToken(SecurityKey Key, DateTimeOffset Expires, string? Email);
