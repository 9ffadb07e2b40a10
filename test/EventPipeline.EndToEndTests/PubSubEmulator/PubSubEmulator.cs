using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DotNet.Testcontainers.Containers;
using EventPipeline.EndToEndTests.Containers;

namespace EventPipeline.EndToEndTests;

/// <summary>
/// Google's Pub/Sub emulator on a free port, one for all tests of a class: a process of its own, or a container where containers are asked for. It
/// keeps projects apart, so that a test that takes a project of its own sees no other's topics.
/// </summary>
public sealed class PubSubEmulator : IAsyncLifetime
{
    private readonly StringBuilder output = new();
    // https://cloud.google.com/sdk/docs/downloads-docker: the Cloud CLI with its emulators.
    private const string Image = "gcr.io/google.com/cloudsdktool/google-cloud-cli:528.0.0-emulators";

    private string? missing;
    private Process? process;
    private IContainer? container;
    private string host = "";

    /// <summary>A project id nobody else uses.</summary>
    public static string NewProject() => $"test-{Guid.NewGuid():N}"[..30];

    /// <summary>Whether there is an emulator.</summary>
    public bool IsInstalled => missing is null;

    /// <summary>What <c>PUBSUB_EMULATOR_HOST</c> takes; skips the test, saying what is missing, where there is no emulator.</summary>
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
            var port = FreePort();
            host = $"127.0.0.1:{port}";
            container = await EmulatorContainer.StartAsync(Image, "gcloud", "beta", "emulators", "pubsub", "start", $"--host-port={host}");
            await WaitAsync(() => container.State == TestcontainersStates.Exited, TestContext.Current.CancellationToken);
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
        var jar = Directory.Exists(folder) ? Directory.GetFiles(folder, "cloud-pubsub-emulator-*-all.jar").FirstOrDefault() : null;
        if (jar is null)
        {
            missing = $"There is no Pub/Sub emulator in '{folder}': `gcloud components install pubsub-emulator`.";
            return;
        }

        await StartAsync(jar, cancellationToken);
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

    private async Task StartAsync(string jar, CancellationToken cancellationToken)
    {
        var port = FreePort();
        host = $"127.0.0.1:{port}";
        process = new Process
        {
            StartInfo = new ProcessStartInfo(InstalledTool.Find("java")!, ["-jar", jar, "--host=127.0.0.1", $"--port={port}"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            },
        };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await WaitAsync(() => process.HasExited, cancellationToken);
    }

    private async Task WaitAsync(Func<bool> hasExited, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await AnswersAsync(http, patience.Token))
        {
            if (hasExited() || patience.IsCancellationRequested)
            {
                throw new InvalidOperationException($"The Pub/Sub emulator did not start at {host}: {Said()}");
            }

            await tick.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            return (await http.GetStringAsync(new Uri($"http://{host}/"), cancellationToken)).Trim() == "Ok";
        }
        catch (Exception ex) when (ex is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
