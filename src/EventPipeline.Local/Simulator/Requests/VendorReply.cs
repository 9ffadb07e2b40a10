using System.Text.Json.Nodes;

namespace EventPipeline.Local.Simulator.Requests;

/// <summary>What a vendor answers.</summary>
internal sealed record VendorReply(int Status, JsonObject Body);
