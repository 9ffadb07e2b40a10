using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EventPipeline.Benchmarks.Programs;

/// <summary>The programs that are measured, as files.</summary>
internal static class Publication
{
    private static DirectoryInfo Repository { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>Where what is made for the benchmark is kept from one time to the next.</summary>
    public static string Folder(string name) => Path.Combine(Repository.FullName, "artifacts", "benchmarks", name);

    /// <summary>The assembly of a program that was built with this one.</summary>
    public static string Built(string name) => Path.Combine(AppContext.BaseDirectory, $"{name}.dll");

    /// <summary>Publishes a project as the Dockerfile does, compiled ahead of time, and returns its assembly.</summary>
    public static async Task<string> PublishAsync(string project, CancellationToken cancellationToken)
    {
        await Bench.TellAsync($"Publishing {project} …");
        var name = Path.GetFileName(project);
        var output = Folder(name);
        var architecture = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        await RunAsync(
            Repository.FullName,
            "dotnet",
            [
                "publish",
                project,
                "--configuration", "Release",
                "--runtime", $"{system}-{architecture}",
                "--artifacts-path", Folder("artifacts"),
                "--output", output,
                "-p:PublishReadyToRun=true",
                "-p:RunAnalyzers=false",
            ],
            cancellationToken);
        return Path.Combine(output, $"{name}.dll");
    }

    /// <summary>Runs a tool to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task RunAsync(
        string folder, string tool, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{tool} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}{await errors}");
        }
    }

    private static DirectoryInfo Find(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "EventPipeline.sln"))
            ? folder
            : Find(folder.Parent ?? throw new InvalidOperationException(
                $"{AppContext.BaseDirectory} is in no checkout: run it with dotnet run."));
}
