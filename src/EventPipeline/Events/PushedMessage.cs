using System.Security.Cryptography;
using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>A Pub/Sub message before it is read as an event: what a replay publishes again.</summary>
/// <param name="Data">The message's data; only its beginning if <paramref name="CutFrom"/> is set.</param>
/// <param name="Attributes">The attributes, names as published; on an unwrapped push, their headers.</param>
/// <param name="Delivery">How Pub/Sub delivered it.</param>
/// <param name="Source">The CloudEvents source of a message without one; null if it did not come from Pub/Sub.</param>
/// <param name="CutFrom">Size and SHA-256 of the data that was sent, when it was too large to keep.</param>
internal sealed record PushedMessage(
    ReadOnlyMemory<byte> Data,
    Attributes Attributes,
    Delivery Delivery,
    string? Source,
    DataSize? CutFrom = null)
{
    /// <summary>Whether Pub/Sub forwarded it once the subscription's delivery attempts were used up.</summary>
    public bool IsForwarded => Attributes.Names.Any(CopyMarks.Has);
}

/// <summary>How much data was sent.</summary>
/// <param name="Bytes">The size in bytes.</param>
/// <param name="Sha256">SHA-256, lower-case hexadecimal.</param>
internal sealed record DataSize(long Bytes, string Sha256)
{
    /// <summary>The size of complete data.</summary>
    public static DataSize Measure(ReadOnlySpan<byte> data) =>
        new(data.Length, Convert.ToHexStringLower(SHA256.HashData(data)));
}
