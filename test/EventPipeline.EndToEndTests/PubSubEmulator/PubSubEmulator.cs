using System.Diagnostics;
using System.Text;
using EventPipeline.Benchmarks.Programs;
using EventPipeline.EndToEndTests.Containers;

namespace EventPipeline.EndToEndTests;

/// <summary>
/// Google's Pub/Sub emulator on a free port, one for all tests of a class: a process of its own, or a container where
/// containers are asked for. It keeps projects apart, so that a test that takes a project of its own sees no other's
/// topics.
/// </summary>
public sealed class PubSubEmulator : IAsyncLifetime
{
    // https://cloud.google.com/sdk/docs/downloads-docker: the Cloud CLI with its emulators.
    private const string Image = "gcr.io/google.com/cloudsdktool/google-cloud-cli:528.0.0-emulators";
    private const string Name = "The Pub/Sub emulator";

    // What pays only in a Java program that lives long is left out.
    private static readonly string[] ForAShortLife = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

    private readonly StringBuilder output = new();
    private string? missing;
    private Process? process;
    private EmulatorContainer? container;
    private string host = "";

    /// <summary>A project id nobody else uses.</summary>
    public static string NewProject() => $"test-{Guid.NewGuid():N}"[..30];

    /// <summary>Whether there is an emulator.</summary>
    public bool IsInstalled => missing is null;

    /// <summary>
    /// What <c>PUBSUB_EMULATOR_HOST</c> takes; skips the test, saying what is missing, where there is no emulator.
    /// </summary>
    public string RequireHost()
    {
        InstalledTool.Require(missing);
        return host;
    }

    /// <summary>The emulator's address; skips the test, saying what is missing, where there is no emulator.</summary>
    public Uri RequireAddress() => new($"http://{RequireHost()}/");

    public async ValueTask InitializeAsync()
    {
        if (EmulatorContainer.IsAsked)
        {
            host = $"127.0.0.1:{FreePort.Next()}";
            container = await EmulatorContainer.StartAsync(
                Image, "gcloud", "beta", "emulators", "pubsub", "start", $"--host-port={host}");
            await EmulatorStart.UntilItAnswersAsync(
                Name, RequireAddress(), () => container.HasExited, container.SaidAsync);
            return;
        }

        missing = Gcloud.Missing ?? (InstalledTool.Find("java") is null
            ? "java is not on PATH: the Pub/Sub emulator needs a Java runtime." : null);
        if (missing is not null)
        {
            return;
        }

        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = Path.Combine(await Gcloud.FindRootAsync(cancellationToken), "platform", "pubsub-emulator", "lib");
        var jar = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "cloud-pubsub-emulator-*-all.jar").FirstOrDefault()
            : null;
        if (jar is null)
        {
            missing = $"There is no Pub/Sub emulator in '{folder}': `gcloud components install pubsub-emulator`.";
            return;
        }

        await StartAsync(jar);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process?.Dispose();
        if (container is not null)
        {
            await container.DisposeAsync();
        }
    }

    private async Task StartAsync(string jar)
    {
        var port = FreePort.Next();
        host = $"127.0.0.1:{port}";
        process = new Process
        {
            StartInfo = new ProcessStartInfo(
                InstalledTool.Find("java")!, [.. ForAShortLife, "-jar", jar, "--host=127.0.0.1", $"--port={port}"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            },
        };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await EmulatorStart.UntilItAnswersAsync(
            Name, RequireAddress(), () => process.HasExited, () => Task.FromResult(Said()));
    }

    private void Keep(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }

    private string Said()
    {
        lock (output)
        {
            return output.ToString();
        }
    }
}
