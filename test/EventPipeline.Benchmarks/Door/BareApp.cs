using System.Globalization;
using EventPipeline.Benchmarks.Programs;

namespace EventPipeline.Benchmarks.Door;

/// <summary>The bare application.</summary>
internal static class BareApp
{
    /// <summary>Starts it, and waits until it listens.</summary>
    public static async Task<RunningService> StartAsync(Bench bench, CancellationToken cancellationToken)
    {
        var app = Begin(bench, bench.BareReadyToRun);
        await Web.UntilSuccessAsync(app.Http, "liveness", app.Process, cancellationToken);
        return app;
    }

    /// <summary>Starts an assembly of it, which may not listen yet.</summary>
    public static RunningService Begin(Bench bench, string assembly)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}/");
        var process = ChildProcess.StartDotnet(
            assembly,
            [],
            new Dictionary<string, string> { ["ASPNETCORE_URLS"] = address, ["DOTNET_EnableDiagnostics"] = "0" },
            bench.NewFolder());
        return new RunningService(process, new Uri(address), pushToken: null);
    }
}
