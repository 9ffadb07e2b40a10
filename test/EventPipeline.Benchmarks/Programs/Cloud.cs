using System.Globalization;

namespace EventPipeline.Benchmarks.Programs;

/// <summary>
/// What the deployable meets in production: the stand-in for Google, with a dataset, and topics. Instances of it are
/// started here.
/// </summary>
internal sealed class Cloud : IAsyncDisposable
{
    private const string Audience = "https://eventpipeline.test";
    private const string Push = "push@example.iam.gserviceaccount.com";
    private const string Operator = "operator@example.com";

    private readonly Bench _bench;
    private readonly Dictionary<string, string> _settings;
    private readonly string _pushToken;

    private Cloud(
        Bench bench,
        StandIn google,
        Topics topics,
        IReadOnlyDictionary<string, string> vendors,
        (string Push, string Operator) tokens)
    {
        (_bench, Google, Topics, _pushToken, OperatorToken) = (bench, google, topics, tokens.Push, tokens.Operator);
        _settings = new Dictionary<string, string>(vendors)
        {
            ["DOTNET_EnableDiagnostics"] = "0",
            ["GOOGLE_CLOUD_PROJECT"] = "benchmark",
            ["GCE_METADATA_HOST"] = google.Address.Authority,
            ["BigQuery__BaseAddress"] = google.Address.AbsoluteUri,
            ["PubSub__BaseAddress"] = topics.Address.AbsoluteUri,
            ["Authentication__CertificatesAddress"] = new Uri(google.Address, "oauth2/v3/certs").AbsoluteUri,
            ["Authentication__Push__Audience"] = Audience,
            ["Authentication__Push__Email"] = Push,
            ["Authentication__Operators__Audience"] = Audience,
            ["Authentication__Operators__Principals__0"] = Operator,
        };
    }

    public StandIn Google { get; }

    public Topics Topics { get; }

    /// <summary>What an operator calls the service with.</summary>
    public string OperatorToken { get; }

    /// <summary>Starts what is around the service, and applies the schema.</summary>
    public static async Task<Cloud> StartAsync(
        Bench bench, IReadOnlyDictionary<string, string> vendors, CancellationToken cancellationToken)
    {
        var google = await StandIn.StartAsync(bench, cancellationToken);
        var cloud = new Cloud(
            bench,
            google,
            await Topics.StartAsync(cancellationToken),
            vendors,
            (
                await google.TokenAsync(Audience, Push, cancellationToken),
                await google.TokenAsync(Audience, Operator, cancellationToken)));
        try
        {
            await using var schema = ChildProcess.StartDotnet(
                bench.Deployable, ["schema", "apply"], cloud._settings, bench.NewFolder());
            await schema.ExitAsync(cancellationToken);
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts an instance, which may not be ready yet.</summary>
    public RunningService Begin()
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        var process = ChildProcess.StartDotnet(
            _bench.Deployable,
            [],
            new Dictionary<string, string>(_settings) { ["PORT"] = port },
            _bench.NewFolder());
        return new RunningService(process, new Uri($"http://127.0.0.1:{port}/"), _pushToken);
    }

    /// <summary>Starts an instance and waits until it is ready.</summary>
    public async Task<RunningService> StartServiceAsync(CancellationToken cancellationToken)
    {
        var service = Begin();
        try
        {
            await Web.UntilSuccessAsync(service.Http, "ready", service.Process, cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Topics.DisposeAsync();
        await Google.DisposeAsync();
    }
}
