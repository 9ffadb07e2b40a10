using System.Text.Json.Nodes;

namespace EventPipeline.Local.Simulator.Requests;

/// <summary>What a vendor answers.</summary>
internal sealed record SimulatedReply(int Status, JsonObject Body)
{
    /// <summary>The array of the body that is all of the answer, an object a line; null where the body is.</summary>
    public string? Lines { get; init; }

    /// <summary>Headers of this answer alone.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
