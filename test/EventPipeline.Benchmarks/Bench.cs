using EventPipeline.Benchmarks.Programs;

namespace EventPipeline.Benchmarks;

/// <summary>What every topic measures with: how much, the programs, and a folder that is deleted in the end.</summary>
/// <param name="Rounds">How often to measure.</param>
/// <param name="IsSmoke">Whether only to see that everything works.</param>
/// <param name="Deployable">The deployable's assembly, published as the image publishes it.</param>
/// <param name="BareReadyToRun">The bare application's assembly, published in the same way.</param>
/// <param name="Folder">Where programs work.</param>
internal sealed record Bench(
    int Rounds, bool IsSmoke, string Deployable, string BareReadyToRun, DirectoryInfo Folder) : IDisposable
{
    /// <summary>The bare application as it was built: compiled while it runs.</summary>
    public static string BareBuilt => Publication.Built("EventPipeline.BareApp");

    /// <summary>The program of one machine as <c>dotnet run</c> starts it.</summary>
    public static string Local => Publication.Built("EventPipeline.Local");

    /// <summary>Publishes the programs; a smoke test takes what was built.</summary>
    public static async Task<Bench> PrepareAsync(Arguments arguments, CancellationToken cancellationToken) => new(
        arguments.Rounds,
        arguments.IsSmoke,
        arguments.IsSmoke
            ? Publication.Built("EventPipeline")
            : await Publication.PublishAsync("src/EventPipeline", cancellationToken),
        arguments.IsSmoke ? BareBuilt : await Publication.PublishAsync("test/EventPipeline.BareApp", cancellationToken),
        Directory.CreateTempSubdirectory("eventpipeline-benchmark-"));

    /// <summary>A size, or a tiny one.</summary>
    public int Size(int full, int smoke) => IsSmoke ? smoke : full;

    /// <summary>A new folder for one program's data.</summary>
    public string NewFolder() => Folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName;

    /// <summary>Says on standard error what is being done.</summary>
    public static Task TellAsync(string what) => Console.Error.WriteLineAsync(what);

    public void Dispose() => Folder.Delete(recursive: true);
}
