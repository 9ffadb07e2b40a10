using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventPipeline.EndToEndTests.Service;

namespace EventPipeline.EndToEndTests;

/// <summary>
/// The stand-in for Google (BigQuery, Secret Manager, metadata server, token issuer) as a process of its own on a data
/// folder. It can be killed and started again on the same folder and port; its README describes what it does.
/// </summary>
internal sealed class GoogleStandIn : IAsyncDisposable
{
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "DOTNET_ROOT", "DOTNET_CLI_HOME"];
    private readonly string folder;
    private readonly IReadOnlyList<string> options;
    private readonly StringBuilder error = new();
    private Process? process;

    private GoogleStandIn(string folder, IReadOnlyList<string> options) =>
        (this.folder, this.options) = (folder, options);

    /// <summary>Where it listens, such as <c>http://127.0.0.1:40123/</c>; the same after a restart.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What <c>GCE_METADATA_HOST</c> and <c>BIGQUERY_EMULATOR_HOST</c> take: host and port.</summary>
    public string Host => Address.Authority;

    /// <summary>A client without credentials.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Starts it on a data folder and a free port.</summary>
    public static async Task<GoogleStandIn> StartAsync(string folder, params IReadOnlyList<string> options)
    {
        var standIn = new GoogleStandIn(folder, options);
        await standIn.StartAsync();
        return standIn;
    }

    /// <summary>Starts it again, on the same folder and port.</summary>
    public async Task StartAsync()
    {
        var port = Address is null ? 0 : Address.Port;
        var dll = Path.Combine(AppContext.BaseDirectory, "EventPipeline.GoogleStandIn.dll");
        var start = new ProcessStartInfo("dotnet", [dll, "--data", folder, "--port", $"{port}", .. options])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var inherited = Inherited.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        start.Environment.Clear();
        LocalProcess.ForAShortLife(start);
        foreach (var (name, value) in inherited.Where(pair => pair.Value is not null))
        {
            start.Environment[name] = value;
        }

        process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginErrorReadLine();
        const string ready = "Listening on ";
        var said = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Address = said?.StartsWith(ready, StringComparison.Ordinal) == true
            ? new Uri($"{said[ready.Length..]}/")
            : throw new InvalidOperationException($"The stand-in for Google did not start: {said}\n{Error()}");
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process!.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        process = null;
    }

    /// <summary>Plans a fault; answers its number. The README lists the operations.</summary>
    /// <param name="operation">The operation, or <c>*</c>.</param>
    /// <param name="action">hold, drop, status or delay.</param>
    /// <param name="contains">A text of the address, the body, or the job it is about.</param>
    /// <param name="when">before or after it took effect.</param>
    /// <param name="status">What is answered instead.</param>
    /// <param name="reason">The reason in the answer, or in the job's errorResult.</param>
    /// <param name="message">The message there.</param>
    /// <param name="skip">How many matches pass first.</param>
    /// <param name="times">How many matches are hit after that; 0 is all.</param>
    public async Task<int> FaultAsync(
        string operation,
        string action,
        string? contains = null,
        string when = "before",
        int status = 503,
        string? reason = null,
        string? message = null, int skip = 0, int times = 1) =>
        (int)(
            await PostAsync(
                "faults", new { operation, action, contains, when, status, reason, message, skip, times }))["id"]!;

    /// <summary>How often a fault was hit.</summary>
    public async Task<int> HitsAsync(int fault) =>
        (int)(await GetAsync("faults")).Single(one => (int)one!["id"]! == fault)!["hits"]!;

    /// <summary>Releases what is held and forgets all faults.</summary>
    public async Task MendAsync() =>
        (await Http.DeleteAsync(Control("faults"), TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

    /// <summary>An ID token: a valid one of the push identity, changed.</summary>
    /// <param name="claims">Replace and add; null removes one.</param>
    /// <param name="header">The same for the header.</param>
    /// <param name="key">current, previous, unknown or iap.</param>
    /// <param name="algorithm">RS256, ES256, none or HS256-with-public-key.</param>
    public async Task<string> TokenAsync(
        IReadOnlyDictionary<string, object?>? claims = null,
        IReadOnlyDictionary<string, object?>? header = null,
        string? key = null,
        string? algorithm = null) =>
        (string)(await PostAsync("tokens", new { claims, header, key, alg = algorithm }))["token"]!;

    /// <summary>An access token that every request of Google's APIs takes.</summary>
    public async Task<string> AccessTokenAsync() => (string)(await PostAsync("access-token", new { }))["access_token"]!;

    /// <summary>
    /// Takes a new signing key into use; the old one is no longer among the certificates unless it is kept.
    /// </summary>
    public Task RotateKeyAsync(bool keep = false) => PostAsync("keys/rotate", new { keep });

    /// <summary>Gives a secret a new version, and makes the secret where it is missing.</summary>
    public async Task AddSecretAsync(string project, string name, string value)
    {
        using var created = await SendAsync(HttpMethod.Post, $"v1/projects/{project}/secrets?secretId={name}", new
        {
            replication = new { automatic = new { } },
        });
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
        using var added = await SendAsync(
            HttpMethod.Post, $"v1/projects/{project}/secrets/{name}:addVersion", new { payload = new { data } });
        added.EnsureSuccessStatusCode();
    }

    /// <summary>Reads with DuckDB's SQL; a dataset is a schema of its name. Decimals are texts.</summary>
    public async Task<IReadOnlyList<JsonArray>> QueryAsync(string sql, string? dataset = null) =>
        [.. ((JsonArray)(await PostAsync("query", new { sql, dataset }))["rows"]!).Select(row => (JsonArray)row!)];

    /// <summary>What was asked of it, in order.</summary>
    public async Task<IReadOnlyList<StandInRequest>> RequestsAsync() =>
        (
            await Http.GetFromJsonAsync<List<StandInRequest>>(
                Control("requests"), TestContext.Current.CancellationToken))!;

    /// <summary>Forgets what was asked of it, and what that cost.</summary>
    public async Task ForgetRequestsAsync() =>
        (await Http.DeleteAsync(Control("requests"), TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

    /// <summary>What was asked of it, as a bill.</summary>
    public async Task<StandInCosts> CostsAsync() =>
        (await Http.GetFromJsonAsync<StandInCosts>(Control("costs"), TestContext.Current.CancellationToken))!;

    /// <summary>Sets limits, lower than Google's.</summary>
    public async Task LimitAsync(params IReadOnlyList<(string Name, int Value)> limits)
    {
        using var response = await Http.PutAsJsonAsync(
            Control("limits"),
            limits.ToDictionary(limit => limit.Name, limit => limit.Value),
            TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>What was used of every limit.</summary>
    public async Task<JsonObject> QuotasAsync() =>
        (await Http.GetFromJsonAsync<JsonObject>(Control("quotas"), TestContext.Current.CancellationToken))!;

    /// <summary>Every job there was.</summary>
    public async Task<IReadOnlyList<StandInJob>> JobsAsync() =>
        (await Http.GetFromJsonAsync<List<StandInJob>>(Control("jobs"), TestContext.Current.CancellationToken))!;

    /// <summary>A request of Google's APIs with an access token.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        request.Headers.Authorization = new("Bearer", await AccessTokenAsync());
        request.Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body));
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await KillAsync();
        }

        Http.Dispose();
        TestContext.Current.TestOutputHelper?.WriteLine(Error());
    }

    private async Task<JsonObject> PostAsync(string path, object body)
    {
        using var response = await Http.PostAsJsonAsync(Control(path), body, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode ? (JsonObject)JsonNode.Parse(text)!
            : throw new InvalidOperationException(
                $"The stand-in refused {path}: {text}\n{JsonSerializer.Serialize(body)}");
    }

    private async Task<JsonArray> GetAsync(string path) =>
        (JsonArray)JsonNode.Parse(await Http.GetStringAsync(Control(path), TestContext.Current.CancellationToken))!;

    private Uri Control(string path) => new(Address, $"stand-in/{path}");

    private void Keep(string? line)
    {
        lock (error)
        {
            error.AppendLine(line);
        }
    }

    private string Error()
    {
        lock (error)
        {
            return error.ToString();
        }
    }
}

/// <summary>A request that the stand-in answered; status 0 is a connection that was cut.</summary>
internal sealed record StandInRequest(long Seq, string Operation, string Method, string Url, int Status, string? JobId);

/// <summary>What requests cost: how many there were of each method, and the jobs that they made.</summary>
internal sealed record StandInCosts(IReadOnlyDictionary<string, int> Calls, IReadOnlyList<StandInCost> Jobs)
{
    public int Queries => Jobs.Count(job => job.Kind == "SELECT");

    public int Inserts => Jobs.Count(job => job.Kind == "INSERT");

    public int Loads => Jobs.Count(job => job.Kind == "LOAD");

    /// <summary>In units of 10 MiB, the least that is billed for a table.</summary>
    public long TablesBilled => Jobs.Sum(job => job.BytesBilled) / (10 * 1024 * 1024);

    /// <summary>How many jobs there were of each statement or loaded table.</summary>
    public IReadOnlyDictionary<string, int> ByLabel =>
        Jobs.GroupBy(job => job.Label ?? "").ToDictionary(label => label.Key, label => label.Count());

    public override string ToString() => string.Join('\n',
    [
        FormattableString.Invariant(
            $"{Queries} queries, {Inserts} inserts, {Loads} loads, {TablesBilled}0 MB; {Calls.Values.Sum()} calls"),
        .. Calls.Select(call => FormattableString.Invariant($"{call.Key}: {call.Value}")),
        .. ByLabel.Select(label => FormattableString.Invariant($"  {label.Key}: {label.Value}")),
    ]);
}

/// <summary>A job and what it cost.</summary>
internal sealed record StandInCost(string JobId, string Kind, string? Label, long BytesBilled);

/// <summary>A job of the stand-in.</summary>
internal sealed record StandInJob(string JobId, string State, string Type, string? Table, string? ErrorReason);
