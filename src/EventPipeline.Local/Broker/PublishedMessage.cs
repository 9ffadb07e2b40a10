namespace EventPipeline.Local.Broker;

/// <summary>A message as the publisher sent it.</summary>
/// <param name="Data">The data; may be empty.</param>
/// <param name="Attributes">The attributes; may be empty.</param>
/// <param name="OrderingKey">The ordering key; empty without one.</param>
internal sealed record PublishedMessage(
    byte[] Data, IReadOnlyDictionary<string, string> Attributes, string OrderingKey);
