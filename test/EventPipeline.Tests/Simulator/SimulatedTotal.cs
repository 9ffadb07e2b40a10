using System.Globalization;
using System.Text.Json.Nodes;

namespace EventPipeline.Tests.Simulator;

/// <summary>What a simulated vendor says that the rows of some days add up to.</summary>
internal sealed class SimulatedTotal(JsonNode json)
{
    public decimal Rows => (int)json["rows"]!;

    public decimal Usd => Number(json["usd"]!);

    public decimal Tokens => Number(json["tokens"]!);

    public decimal Quantity(string name) => Number(json["quantities"]![name]!);

    private static decimal Number(JsonNode text) => decimal.Parse((string)text!, CultureInfo.InvariantCulture);
}
