using System.Globalization;
using System.Security.Cryptography;

namespace EventPipeline.Local.Broker;

/// <summary>A message whose file can no longer be read, and what is still known about it.</summary>
/// <param name="File">The file.</param>
/// <param name="Why">What is wrong with it.</param>
/// <param name="Content">What the file holds; empty if it is gone.</param>
/// <param name="Twin">The message, from the copy kept beside it; null if that is lost too, or the message was too large
/// for one.</param>
internal sealed record UnreadableMessage(string File, string Why, byte[] Content, StoredMessage? Twin)
{
    private const int PrefixBytes = 64 * 1024;

    /// <summary>What happened, for a person to read.</summary>
    public string Reason => string.Create(
        CultureInfo.InvariantCulture,
        $"The file of the message cannot be read: {File} ({Content.Length} bytes, SHA-256 "
            + $"{Convert.ToHexStringLower(SHA256.HashData(Content))}): {Why}");

    /// <summary>What is known of the message: its copy, or the beginning of what the file holds.</summary>
    public StoredMessage Message(long id, DateTimeOffset now) => Twin
        ?? new StoredMessage(
            id, now, Content[..Math.Min(Content.Length, PrefixBytes)], new Dictionary<string, string>(), "");
}
