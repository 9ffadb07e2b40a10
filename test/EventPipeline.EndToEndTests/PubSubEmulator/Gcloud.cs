using System.Diagnostics;

namespace EventPipeline.EndToEndTests;

/// <summary>
/// The real gcloud, with a configuration of its own, pointed at something that speaks Pub/Sub's REST API.
/// </summary>
public sealed class Gcloud : IDisposable
{
    // Asked once: gcloud takes more than a second to say it.
    private static readonly Lazy<Task<string>> Root = new(async () => (await RunAsync(
        ["info", "--format=value(installation.sdk_root)"],
        new Dictionary<string, string>(),
        CancellationToken.None)).Trim());

    private readonly string configuration = Directory.CreateTempSubdirectory("eventpipeline-gcloud-").FullName;
    private readonly Uri address;
    private readonly string project;

    /// <summary>A gcloud for a project at an address; skips the test where there is no gcloud.</summary>
    public Gcloud(Uri address, string project)
    {
        InstalledTool.Require(Missing);
        (this.address, this.project) = (address, project);
    }

    /// <summary>What is missing; null when gcloud is there.</summary>
    public static string? Missing => InstalledTool.Find("gcloud") is null
        ? "gcloud is not on PATH: install the Google Cloud CLI, https://cloud.google.com/sdk/docs/install." : null;

    public void Dispose() => Directory.Delete(configuration, recursive: true);

    /// <summary><c>gcloud pubsub topics publish</c>; answers what it printed.</summary>
    /// <param name="topic">The topic's id.</param>
    /// <param name="message">The data; null to publish attributes alone.</param>
    /// <param name="attributes">As written after <c>--attribute=</c>; null for none.</param>
    /// <param name="cancellationToken">Ends gcloud.</param>
    public Task<string> PublishAsync(
        string topic, string? message, string? attributes, CancellationToken cancellationToken) => RunAsync(
        [
            "pubsub", "topics", "publish", topic,
            .. message is null ? Array.Empty<string>() : [$"--message={message}"],
            .. attributes is null ? Array.Empty<string>() : [$"--attribute={attributes}"],
        ],
        cancellationToken);

    /// <summary>Runs gcloud and answers its standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) => RunAsync(
        arguments,
        // Nothing of the machine's own configuration or credentials is read or written.
        new Dictionary<string, string>
        {
            ["CLOUDSDK_CONFIG"] = configuration,
            ["CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB"] = address.AbsoluteUri,
            ["CLOUDSDK_AUTH_DISABLE_CREDENTIALS"] = "true",
            ["CLOUDSDK_CORE_PROJECT"] = project,
            ["CLOUDSDK_CORE_DISABLE_PROMPTS"] = "1",
            ["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "true",
            ["CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK"] = "true",
            ["NO_PROXY"] = "127.0.0.1,localhost",
            ["no_proxy"] = "127.0.0.1,localhost",
        },
        cancellationToken);

    /// <summary>Where the Cloud CLI is installed.</summary>
    internal static Task<string> FindRootAsync(CancellationToken cancellationToken) =>
        Root.Value.WaitAsync(cancellationToken);

    private static async Task<string> RunAsync(
        IEnumerable<string> arguments, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(InstalledTool.Find("gcloud")!, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var cancelled = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"gcloud {string.Join(' ', start.ArgumentList)} failed ({process.ExitCode}): {await error}");
    }
}
