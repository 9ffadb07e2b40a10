using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace EventPipeline.Benchmarks;

/// <summary>The deployable as a process of its own, with the stand-in for Google beside it.</summary>
internal sealed class Cloud : IAsyncDisposable
{
    private const string Project = "benchmark";
    private const string Audience = "https://eventpipeline.test";
    private const string Push = "push@example.iam.gserviceaccount.com";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("eventpipeline-benchmark-");
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private ChildProcess? _standIn;
    private ChildProcess? _service;
    private Topics? _topics;
    private Uri _google = null!;
    private Uri _address = null!;

    /// <summary>The most memory that the service has had resident, in millions of bytes.</summary>
    public double PeakMegabytes => _service!.PeakBytes / 1e6;

    public static async Task<Cloud> StartAsync(Uri vendor, CancellationToken cancellationToken)
    {
        var cloud = new Cloud();
        try
        {
            await cloud.StartProcessesAsync(vendor, cancellationToken);
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pushes the message that asks for a week, and waits for its acknowledgement.</summary>
    public async Task LoadWindowAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, "events/fetch-requested"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(cancellationToken));
        foreach (var (name, value) in ((string, string)[])
            [
                ("ce-specversion", "1.0"),
                ("ce-id", "benchmark"),
                ("ce-source", "//benchmark"),
                ("ce-type", "eventpipeline.fetch.requested.v1"),
            ])
        {
            request.Headers.Add(name, value);
        }

        request.Content = new StringContent(
            """{"runId":"benchmark","mode":"production","vendor":"openai","account":"bulk","report":"completions_usage","from":"2026-09-07","to":"2026-09-13"}""",
            Encoding.UTF8,
            "application/json");
        using var answer = await _http.SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.NoContent)
        {
            throw new InvalidOperationException(
                $"The window was answered {(int)answer.StatusCode}: "
                    + $"{await answer.Content.ReadAsStringAsync(cancellationToken)}\n{_service!.Said}");
        }
    }

    /// <summary>How many rows the view shows.</summary>
    public async Task<long> CountRowsAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(_google, "stand-in/query"),
            new { sql = "SELECT COUNT(*) FROM usage", dataset = "ai_usage_analytics" },
            cancellationToken);
        var rows = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return rows.GetProperty("rows")[0][0].GetInt64();
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        if (_standIn is not null)
        {
            await _standIn.DisposeAsync();
        }

        if (_topics is not null)
        {
            await _topics.DisposeAsync();
        }

        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task StartProcessesAsync(Uri vendor, CancellationToken cancellationToken)
    {
        _standIn = new ChildProcess(
            "EventPipeline.GoogleStandIn",
            new Dictionary<string, string>(),
            ["--data", Path.Combine(_folder.FullName, "google"), "--port", "0"]);
        _google = new Uri(await _standIn.LineAsync("Listening on ", cancellationToken));
        _topics = await Topics.StartAsync(cancellationToken);
        var port = FreePort();
        var settings = new Dictionary<string, string>
        {
            ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["GOOGLE_CLOUD_PROJECT"] = Project,
            ["GCE_METADATA_HOST"] = _google.Authority,
            ["BigQuery__BaseAddress"] = _google.AbsoluteUri,
            ["PubSub__BaseAddress"] = _topics.Address.AbsoluteUri,
            ["Authentication__CertificatesAddress"] = new Uri(_google, "oauth2/v3/certs").AbsoluteUri,
            ["Authentication__Push__Audience"] = Audience,
            ["Authentication__Push__Email"] = Push,
            ["Authentication__Operators__Audience"] = Audience,
            ["Authentication__Operators__Principals__0"] = "operator@example.com",
            ["Vendors__OpenAI__BaseAddress"] = vendor.AbsoluteUri,
            ["Vendors__OpenAI__Accounts__0__Name"] = "bulk",
            ["Vendors__OpenAI__Accounts__0__Secret"] = "env:OPENAI_KEY",
            ["OPENAI_KEY"] = "sk-admin-benchmark",
        };
        await using (var schema = new ChildProcess("EventPipeline", settings, ["schema", "apply"]))
        {
            await schema.ExitAsync(cancellationToken);
        }

        _service = new ChildProcess("EventPipeline", settings, []);
        _address = new Uri($"http://127.0.0.1:{port}/");
        await ReadyAsync(cancellationToken);
    }

    private async Task ReadyAsync(CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await IsReadyAsync(cancellationToken))
        {
            await tick.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        if (_service!.HasExited)
        {
            throw new InvalidOperationException($"The service did not start.\n{_service.Said}");
        }

        try
        {
            using var answer = await _http.GetAsync(new Uri(_address, "ready"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(_google, "stand-in/tokens"),
            new { claims = new { aud = Audience, email = Push } },
            cancellationToken);
        var token = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return token.GetProperty("token").GetString()!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
