using EventPipeline.Local.Simulator.Anthropic;
using EventPipeline.Local.Simulator.Cursor;
using EventPipeline.Local.Simulator.GitHubCopilot;
using EventPipeline.Local.Simulator.LiteLLM;
using EventPipeline.Local.Simulator.OpenAI;
using EventPipeline.Local.Simulator.OpenRouter;
using EventPipeline.Local.Simulator.Reports;

namespace EventPipeline.Local.Simulator;

/// <summary>The vendors that the simulator plays.</summary>
internal static class SimulatedVendors
{
    /// <summary>Every vendor, a line each.</summary>
    public static IReadOnlyList<SimulatedVendor> All { get; } =
    [
        SimulatedAnthropic.Registration,
        SimulatedCursor.Registration,
        SimulatedGitHubCopilot.Registration,
        SimulatedLiteLLM.Registration,
        SimulatedOpenRouter.Registration,
        SimulatedOpenAI.Registration,
    ];
}
