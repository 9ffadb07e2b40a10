namespace EventPipeline.Events;

/// <summary>
/// The rule for Pub/Sub message ids, which are written into tables as they arrive. Pub/Sub's own have about 20 digits.
/// </summary>
internal static class MessageIds
{
    public const int MaxCharacters = 256;

    /// <summary>Requires a valid id, or none.</summary>
    /// <exception cref="RejectedEventException">It is not valid.</exception>
    public static void Require(string? id)
    {
        if (id is not null && (id.Length is 0 or > MaxCharacters || id.Any(character => character is <= ' ' or > '~')))
        {
            throw new RejectedEventException(
                $"The message id is {Shown.Quoted(id)} ({id.Length} characters); it must be 1 to {MaxCharacters} "
                + "printable ASCII characters without spaces.",
                "Send the id that Pub/Sub gave the message.");
        }
    }
}
