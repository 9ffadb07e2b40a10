using System.Security.Cryptography;
using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>A Pub/Sub message before it is read as an event: what a replay publishes again.</summary>
/// <param name="Data">The message's data; its beginning where <paramref name="CutFrom"/> tells of more.</param>
/// <param name="Attributes">The attributes, names as published; on an unwrapped push the headers that stand for them.</param>
/// <param name="Delivery">How Pub/Sub delivered it.</param>
/// <param name="Source">The CloudEvents source of a message that names none; null when it did not come from Pub/Sub.</param>
/// <param name="CutFrom">Size and SHA-256 of the data that was sent, when it was too large to keep.</param>
internal sealed record PushedMessage(
    ReadOnlyMemory<byte> Data,
    Attributes Attributes,
    Delivery Delivery,
    string? Source,
    DataSize? CutFrom = null)
{
    /// <summary>Whether Pub/Sub forwarded it after the subscription's delivery attempts.</summary>
    public bool IsForwarded => Attributes.Names.Any(CopyMarks.Has);
}

/// <summary>How much data was sent.</summary>
/// <param name="Bytes">The size in bytes.</param>
/// <param name="Sha256">SHA-256, lower-case hexadecimal.</param>
internal sealed record DataSize(long Bytes, string Sha256)
{
    /// <summary>The size of data that is here whole.</summary>
    public static DataSize Measure(ReadOnlySpan<byte> data) => new(data.Length, Convert.ToHexStringLower(SHA256.HashData(data)));
}
