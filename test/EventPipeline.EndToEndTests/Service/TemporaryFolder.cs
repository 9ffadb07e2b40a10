namespace EventPipeline.EndToEndTests.Service;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("eventpipeline-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
