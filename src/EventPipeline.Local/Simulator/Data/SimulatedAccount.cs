
namespace EventPipeline.Local.Simulator.Data;

/// <summary>One organisation that the simulator serves.</summary>
/// <param name="Vendor"><c>anthropic</c> or <c>openai</c>.</param>
/// <param name="Name">The organisation's name; begins with SIMULATED.</param>
/// <param name="Key">The key that may read everything.</param>
/// <param name="LimitedKey">A key the vendor knows and that may not read these reports: it gets a 403.</param>
/// <param name="Token">An OAuth token that may read everything, where the vendor takes one.</param>
internal sealed record SimulatedAccount(string Vendor, string Name, string Key, string LimitedKey, string? Token)
{
    public const string Anthropic = "anthropic";
    public const string OpenAI = "openai";

    /// <summary>The accounts of a seed: two organisations at Anthropic, one at OpenAI.</summary>
    public static IReadOnlyList<SimulatedAccount> Of(int seed) =>
    [
        AtAnthropic(seed, "SIMULATED-acme"),
        AtAnthropic(seed, "SIMULATED-labs"),
        new(
            OpenAI,
            "SIMULATED-acme",
            Identity.Of("sk-admin-simulated-", seed, "openai/key"),
            Identity.Of("sk-proj-simulated-", seed, "openai/limited"),
            Token: null),
    ];

    /// <summary>Without the keys.</summary>
    public override string ToString() => $"{Vendor}/{Name}";

    private static SimulatedAccount AtAnthropic(int seed, string name) => new(
        Anthropic,
        name,
        Identity.Of("sk-ant-admin01-simulated-", seed, $"anthropic/{name}/key"),
        Identity.Of("sk-ant-api03-simulated-", seed, $"anthropic/{name}/limited"),
        Identity.Of("sk-ant-oat01-simulated-", seed, $"anthropic/{name}/token"));
}
