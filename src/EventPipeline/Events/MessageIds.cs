namespace EventPipeline.Events;

/// <summary>The rule for the ids of Pub/Sub messages, which are written into tables as they come. Pub/Sub's own have some twenty digits.</summary>
internal static class MessageIds
{
    public const int MaxCharacters = 256;

    /// <summary>Lets an id pass, or none.</summary>
    /// <exception cref="RejectedEventException">It is not one.</exception>
    public static void Require(string? id)
    {
        if (id is not null && (id.Length is 0 or > MaxCharacters || id.Any(character => character is <= ' ' or > '~')))
        {
            throw new RejectedEventException(
                $"The message id is {Shown.Quoted(id)}, of {id.Length} characters; it takes 1 to {MaxCharacters} printable characters without blanks.",
                "Send the id that Pub/Sub gave the message.");
        }
    }
}
