namespace EventPipeline.GoogleStandIn.Faults;

/// <summary>What a test asks to go wrong.</summary>
internal sealed record Fault
{
    /// <summary>The operation's name, or <c>*</c>.</summary>
    public string Operation { get; init; } = "*";

    /// <summary>A text in the address, the body, or the resource of the job it is about.</summary>
    public string? Contains { get; init; }

    /// <summary>
    /// <c>before</c>: nothing has taken effect. <c>after</c>: it has, durably, and the answer is withheld.
    /// </summary>
    public string When { get; init; } = "before";

    /// <summary>
    /// <c>hold</c> until released, <c>drop</c> the connection, answer a <c>status</c>, or <c>delay</c>.
    /// </summary>
    public string Action { get; init; } = "status";

    public int Status { get; init; } = 503;

    public string? Reason { get; init; }

    public string? Message { get; init; }

    /// <summary>How long a <c>delay</c> is.</summary>
    public int Milliseconds { get; init; } = 1_000;

    /// <summary>How many matches pass first.</summary>
    public int Skip { get; init; }

    /// <summary>How many matches are hit after that; 0 is all of them.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Says what is wrong with it; null when nothing is.</summary>
    public string? Mistake() =>
        When is not ("before" or "after") ? $"\"when\" is '{When}': before or after."
        : Action is not ("hold" or "drop" or "status" or "delay")
            ? $"\"action\" is '{Action}': hold, drop, status or delay."
        : Operation != "*" && !Operations.All.Contains(Operation)
            ? $"\"operation\" is '{Operation}': {string.Join(", ", Operations.All)}, or *."
        : null;
}
