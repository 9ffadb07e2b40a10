using System.Security.Cryptography;
using System.Text;

namespace EventPipeline.Messages;

/// <summary>Derives a run's id from its trigger, so that a second delivery is the same run.</summary>
internal static class RunId
{
    /// <summary>
    /// Enough for a manually named run, and short enough for every statement, event and window named after it.
    /// </summary>
    public const int MaxCharacters = 128;

    /// <summary>Whether a text can be a run's id: the ids of statements are built from it.</summary>
    public static bool IsValid(string text) => text.Length <= MaxCharacters && StatementId.IsValid(text);

    /// <summary>
    /// The trigger's UTC day, and 12 hexadecimal digits over its CloudEvents source and id:
    /// <c>20261123-1f0c9a7be2d4</c>.
    /// </summary>
    public static string Create(ReceivedEvent trigger) => Create(trigger.Source, trigger.Id, trigger.Time);

    /// <inheritdoc cref="Create(ReceivedEvent)"/>
    public static string Create(string source, string id, DateTimeOffset time)
    {
        // A line break in one of them would let two events share an id.
        var text = source.Contains('\n', StringComparison.Ordinal) || id.Contains('\n', StringComparison.Ordinal)
            ? FormattableString.Invariant($"{source.Length}\n{source}\n{id}")
            : $"{source}\n{id}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return FormattableString.Invariant(
            $"{time.UtcDateTime:yyyyMMdd}-{Convert.ToHexStringLower(hash.AsSpan(0, 6))}");
    }
}
