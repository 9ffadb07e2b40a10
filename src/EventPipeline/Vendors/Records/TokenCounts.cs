namespace EventPipeline.Vendors.Records;

/// <summary>Tokens by what they were; none is counted twice.</summary>
/// <param name="InputUncached">Input that no cache held.</param>
/// <param name="CacheRead">Input from a cache.</param>
/// <param name="CacheWrite">Input that was put into a cache.</param>
/// <param name="Output">Output.</param>
public readonly record struct TokenCounts(long InputUncached, long CacheRead, long CacheWrite, long Output)
{
    /// <summary>All of them.</summary>
    /// <exception cref="OverflowException">There are more than 2^63.</exception>
    public long Total => checked(InputUncached + CacheRead + CacheWrite + Output);

    /// <summary>With others.</summary>
    /// <exception cref="OverflowException">There are more than 2^63.</exception>
    public TokenCounts Add(TokenCounts other) => checked(
        new(
            InputUncached + other.InputUncached,
            CacheRead + other.CacheRead,
            CacheWrite + other.CacheWrite,
            Output + other.Output));
}
