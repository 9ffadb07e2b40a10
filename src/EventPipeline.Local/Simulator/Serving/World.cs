using EventPipeline.Local.Simulator.Data;
using EventPipeline.Local.Simulator.Faults;
using EventPipeline.Local.Simulator.Requests;

namespace EventPipeline.Local.Simulator.Serving;

/// <summary>What one running simulator has in common: its options, the faults in force, the requests.</summary>
internal sealed class World(SimulatorOptions options, CancellationToken stopping)
{
    private long _number;

    public SimulatorOptions Options { get; } = options;

    public FaultBook Faults { get; } = new();

    public RequestLog Log { get; } = new();

    public RateLimit RateLimit { get; } = new(options.Clock);

    /// <summary>The simulator is stopping.</summary>
    public CancellationToken Stopping { get; } = stopping;

    /// <summary>The number of the next request, from 1.</summary>
    public long NextNumber() => Interlocked.Increment(ref _number);
}
