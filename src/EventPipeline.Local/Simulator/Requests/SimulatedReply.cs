using System.Text.Json.Nodes;

namespace EventPipeline.Local.Simulator.Requests;

/// <summary>What a vendor answers.</summary>
internal sealed record SimulatedReply(int Status, JsonObject Body);
