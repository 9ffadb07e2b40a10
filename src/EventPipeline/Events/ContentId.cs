using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EventPipeline.Messages;

namespace EventPipeline.Events;

/// <summary>
/// Derives the id of an event without one from its content and time: the same content delivered twice, by a proxy that
/// retries or in a push without an id, is the same event and the same run.
/// </summary>
/// <remarks>
/// The time is when it was published, to the tick; if that is unknown, the UTC day on which it arrived, because that is
/// the event's <em>today</em>: the same bytes request other days tomorrow. To get two runs in one day, give the second
/// one an id.
/// </remarks>
internal static class ContentId
{
    /// <summary><c>unnamed-</c> and 32 hexadecimal digits.</summary>
    public static string Create(PushedMessage message, string type)
    {
        var delivery = message.Delivery;
        var when = delivery.PublishTime?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)
            ?? DateOnly.FromDateTime(delivery.ArrivedAt.UtcDateTime).Text();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(when);
        Add(type);
        foreach (var (name, value) in message.Attributes
            .Without(ReservedNames.IsOfTheJourney)
            .OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            Add(name);
            Add(value);
        }

        hash.AppendData(message.Data.Span);
        return $"unnamed-{Convert.ToHexStringLower(hash.GetHashAndReset())[..32]}";

        // The length comes first, so that no two lists of parts hash as the same text.
        void Add(string part)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{part.Length}:"));
            hash.AppendData(Encoding.UTF8.GetBytes(part));
        }
    }
}
