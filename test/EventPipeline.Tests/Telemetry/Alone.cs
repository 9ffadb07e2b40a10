namespace EventPipeline.Tests.Telemetry;

/// <summary>
/// Meters and activity sources are heard by every listener of the process, so what counts them exactly runs by itself.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
