using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests.Deploy;

/// <summary>
/// <c>infra/deploy</c> as a process of its own, with the real gcloud, curl and jq, on a stand-in for Google Cloud. When
/// it is disposed of, nothing may have been asked for that nobody arranged, no token may have been printed, and no file
/// may be left.
/// </summary>
internal sealed class DeployBench : IAsyncDisposable
{
    public const string Image = "us-central1-docker.pkg.dev/my-project/eventpipeline/eventpipeline:0123456";
    private static readonly string[] Secrets = [CloudRunAdmin.AccessToken, "id-token.", "eyJ"];

    private readonly TemporaryFolder folder = new();
    private readonly List<LocalProcess> processes = [];

    private DeployBench(CloudRunAdmin cloud) => Cloud = cloud;

    public CloudRunAdmin Cloud { get; }

    public CloudRunService Service => Cloud.Service;

    /// <summary>A folder for what a test needs besides.</summary>
    public string Folder => folder.Path;

    /// <summary>Whether files may be left, because the script was killed.</summary>
    public bool IsKilled { get; set; }

    /// <summary>Where the repository is.</summary>
    public static string Root { get; } = FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>The script that is tested.</summary>
    public static string Script { get; } = Path.Combine(Root, "infra", "deploy");

    /// <summary>
    /// Starts the cloud with a service in it, whose revisions are all well; skips the test where a tool is missing.
    /// </summary>
    public static async Task<DeployBench> StartAsync(CloudRunService service, RevisionStandIn? next = null)
    {
        InstalledTool.Require(Gcloud.Missing);
        foreach (var tool in (string[])["bash", "curl", "jq", "git"])
        {
            InstalledTool.Require(InstalledTool.Find(tool) is null ? $"{tool} is not on PATH: install it." : null);
        }

        var bench = new DeployBench(await CloudRunAdmin.StartAsync(service));
        var well = new RevisionStandIn();
        foreach (var revision in
            service.History[0]
                .Split(',')
                .Select(part => part.Split('=')[0])
                .Concat(service.Tags.Select(tag => tag.Split('=')[1])))
        {
            bench.Cloud.Runs(revision, well.AnswerAsync);
        }

        bench.Cloud.Next = (next ?? well).AnswerAsync;
        Directory.CreateDirectory(Path.Combine(bench.Folder, "tmp"));
        await File.WriteAllTextAsync(
            Path.Combine(bench.Folder, "access-token"),
            CloudRunAdmin.AccessToken,
            TestContext.Current.CancellationToken);
        return bench;
    }

    /// <summary>Runs it to its end.</summary>
    public Task<Finished> RunAsync(params string[] arguments) => EndAsync(Start(arguments));

    /// <summary>The end of what was started.</summary>
    public static async Task<Finished> EndAsync(LocalProcess process) =>
        new(await process.ExitAsync(), process.Output, process.Error);

    /// <summary>Starts it.</summary>
    public LocalProcess Start(params string[] arguments) => Start(Script, new Dictionary<string, string?>(), arguments);

    /// <summary>Starts it with settings, or another copy of it.</summary>
    public LocalProcess Start(string script, Dictionary<string, string?> settings, params string[] arguments)
    {
        var environment = Settings();
        foreach (var (name, value) in settings)
        {
            environment.Remove(name);
            if (value is not null)
            {
                environment[name] = value;
            }
        }

        // A shell that runs in the background has its children ignore some signals, and what a shell ignored from its
        // start it cannot trap.
        var process = LocalProcess.StartFile(
            "env", Folder, environment, ["--default-signal=HUP,INT,TERM", "bash", script, .. arguments]);
        processes.Add(process);
        return process;
    }

    /// <summary>What the script hands on to a workflow.</summary>
    public string Handed(string file) => File.ReadAllText(Path.Combine(Folder, file));

    /// <summary>A deployment got the traffic, lost it again to exactly those who had it, and said so.</summary>
    public void ShouldBeTakenBack(Finished failed, string why)
    {
        failed.ExitCode.ShouldBe(3, failed.Error);
        failed.Error.ShouldContain(why);
        Service.History.ShouldContain($"{Service.Newest}=100");
        Service.Split.ShouldBe(Service.History[0]);
        var (severity, told) = Cloud.Log.Told.ShouldHaveSingleItem();
        (severity, (string)told["event"]!).ShouldBe(("ERROR", "deploy.rolled_back"));
        ((string)told["reason"]!).ShouldContain(why);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', Cloud.Story));
        await Cloud.DisposeAsync();
        var left = Directory.GetFileSystemEntries(Path.Combine(Folder, "tmp"));
        folder.Dispose();
        Cloud.Mistakes.ShouldBeEmpty();
        var said = string.Concat(processes.Select(process => process.Output + process.Error));
        Secrets.ShouldAllBe(secret => !said.Contains(secret, StringComparison.Ordinal));
        if (!IsKilled)
        {
            left.ShouldBeEmpty();
        }
    }

    private Dictionary<string, string> Settings()
    {
        var proxy = Cloud.Address;
        return new()
        {
            ["HOME"] = Folder,
            ["TMPDIR"] = Path.Combine(Folder, "tmp"),
            ["GOOGLE_CLOUD_PROJECT"] = CloudRunAdmin.Project,
            ["GOOGLE_CLOUD_REGION"] = CloudRunAdmin.Region,
            ["WATCH_SECONDS"] = "0",
            ["GITHUB_OUTPUT"] = Path.Combine(Folder, "github-output"),
            ["GITHUB_STEP_SUMMARY"] = Path.Combine(Folder, "github-summary"),
            ["CLOUDSDK_CONFIG"] = Path.Combine(Folder, "gcloud"),
            ["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"] = Path.Combine(Folder, "access-token"),
            ["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "true",
            ["CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK"] = "true",
            ["CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN"] = "http://run.example/",
            ["CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING"] = "http://logging.example/",
            ["CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS"] = "http://iamcredentials.example/",
            ["CLOUDSDK_PROXY_TYPE"] = "http_no_tunnel",
            ["CLOUDSDK_PROXY_ADDRESS"] = proxy.Host,
            ["CLOUDSDK_PROXY_PORT"] = FormattableString.Invariant($"{proxy.Port}"),
        };
    }

    private static string FindRoot(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "EventPipeline.sln")) ? folder.FullName : FindRoot(folder.Parent!);
}
