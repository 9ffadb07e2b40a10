using System.Security.Cryptography;
using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>A Pub/Sub message before it is read as an event: what a replay publishes again.</summary>
/// <param name="Data">The message's data; a prefix of it when <paramref name="Whole"/> says so.</param>
/// <param name="Attributes">The attributes, names as published; on an unwrapped push the headers that stand for them.</param>
/// <param name="Delivery">How Pub/Sub delivered it.</param>
/// <param name="Source">The CloudEvents source of a message that names none; null when it did not come from Pub/Sub.</param>
/// <param name="Whole">Size and SHA-256 of the data that was sent, when it was too large to keep.</param>
internal sealed record PushedMessage(
    ReadOnlyMemory<byte> Data,
    IReadOnlyDictionary<string, string> Attributes,
    Delivery Delivery,
    string? Source,
    DataSize? Whole = null)
{
    private const string DeadLetterSource = "CloudPubSubDeadLetterSource";

    /// <summary>Whether Pub/Sub forwarded it after the subscription's delivery attempts.</summary>
    public bool IsForwarded => Attributes.Keys.Any(name => name.StartsWith(DeadLetterSource, StringComparison.OrdinalIgnoreCase));

    /// <summary>The value of an attribute, its name in any case; null when there is none.</summary>
    /// <exception cref="RejectedEventException">Two attributes differ by case only.</exception>
    public string? Attribute(string name)
    {
        string? found = null;
        foreach (var (key, value) in Attributes)
        {
            if (!string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            found = found is null
                ? value
                : throw new RejectedEventException($"The attribute {name} comes twice, spelled in upper and lower case.", $"Send {name} once.");
        }

        return found;
    }
}

/// <summary>How much data was sent.</summary>
/// <param name="Bytes">The size in bytes.</param>
/// <param name="Sha256">SHA-256, lower-case hexadecimal.</param>
internal sealed record DataSize(long Bytes, string Sha256)
{
    /// <summary>The size of data that is here whole.</summary>
    public static DataSize Of(ReadOnlySpan<byte> data) => new(data.Length, Convert.ToHexStringLower(SHA256.HashData(data)));
}
