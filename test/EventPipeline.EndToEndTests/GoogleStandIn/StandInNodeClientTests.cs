using System.Diagnostics;
using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests;

/// <summary>Google's own client for Node, which knows nothing of the stand-in, says whether it is faithful.</summary>
public sealed class StandInNodeClientTests : StandInTest
{
    [Fact]
    public async Task Googles_own_client_is_content_with_the_stand_in()
    {
        InstalledTool.Require(
            InstalledTool.Find("node") is null ? "node is not on PATH: Google's client for BigQuery needs it."
            : InstalledTool.Find("npm") is null
                ? "npm is not on PATH: it installs Google's client for BigQuery."
                : null);
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "node")))
        {
            File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
        }

        var (installed, installation) = await RunAsync(
            copy.Path, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        InstalledTool.Require(
            installed == 0
                ? null
                : $"npm could not install @google-cloud/bigquery (is its registry reachable?): {installation}");

        var (exitCode, output) = await RunAsync(
            copy.Path, "node", "check.mjs", StandIn.Address.OriginalString.TrimEnd('/'));

        exitCode.ShouldBe(0, output);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string folder, string program, params IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(InstalledTool.Find(program)!, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NO_PROXY"] = "127.0.0.1" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, $"{await output}\n{await error}");
    }
}
