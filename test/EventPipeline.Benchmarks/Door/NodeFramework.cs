using System.ComponentModel;
using System.Globalization;
using EventPipeline.Benchmarks.Programs;

namespace EventPipeline.Benchmarks.Door;

/// <summary>
/// Google's functions framework for Node.js with a CloudEvent function that does nothing: what many would take in this
/// service's place.
/// </summary>
/// <remarks>https://github.com/GoogleCloudPlatform/functions-framework-nodejs</remarks>
internal static class NodeFramework
{
    /// <summary>Installs it with npm if need be, and starts it; null, and a sentence, where that cannot be.</summary>
    public static async Task<RunningService?> TryStartAsync(Bench bench, CancellationToken cancellationToken)
    {
        try
        {
            return await StartAsync(bench, await InstallAsync(cancellationToken), cancellationToken);
        }
        catch (Exception missing) when (missing is Win32Exception or InvalidOperationException)
        {
            await Bench.TellAsync(
                "Not compared with Google's functions framework, because node is not installed or npm cannot install "
                    + $"the framework: {missing.Message}");
            return null;
        }
    }

    private static async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Publication.Folder("node")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "node")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@google-cloud", "functions-framework")))
        {
            await Publication.RunAsync(
                folder, "npm", ["install", "--ignore-scripts", "--no-package-lock", "--silent"], cancellationToken);
        }

        return folder;
    }

    private static async Task<RunningService> StartAsync(
        Bench bench, string folder, CancellationToken cancellationToken)
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var process = new ChildProcess(
            "node",
            [
                Path.Combine(folder, "node_modules", "@google-cloud", "functions-framework", "build", "src", "main.js"),
                "--target=accept",
                "--signature-type=cloudevent",
                $"--source={folder}",
                $"--port={port}",
            ],
            new Dictionary<string, string>(),
            bench.NewFolder());
        var framework = new RunningService(process, new Uri($"http://127.0.0.1:{port}/"), pushToken: null);
        await Web.UntilAnswerAsync(framework.Http, "", process, _ => true, cancellationToken);
        return framework;
    }
}
