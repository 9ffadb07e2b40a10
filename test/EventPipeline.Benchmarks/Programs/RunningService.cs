using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace EventPipeline.Benchmarks.Programs;

/// <summary>
/// A service as a process of its own, and what is asked of it: the deployable, or a program that stands in its place.
/// </summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly string? _pushToken;

    /// <summary>What is listening at an address, or soon will be.</summary>
    /// <param name="process">The process.</param>
    /// <param name="address">Its address.</param>
    /// <param name="pushToken">What it wants of a push; null where it wants nothing.</param>
    public RunningService(ChildProcess process, Uri address, string? pushToken)
    {
        Process = process;
        Http = Web.Client(address);
        _pushToken = pushToken;
    }

    public ChildProcess Process { get; }

    public HttpClient Http { get; }

    /// <summary>The program of one machine, ready, which reads a vendor's account <c>bulk</c>.</summary>
    public static async Task<RunningService> StartLocalAsync(
        Bench bench, IReadOnlyDictionary<string, string> vendors, CancellationToken cancellationToken)
    {
        var folder = bench.NewFolder();
        var process = ChildProcess.StartDotnet(
            Bench.Local, ["serve", "--port", "0", "--data", Path.Combine(folder, "data")], vendors, folder);
        var address = new Uri(await process.LineAsync("Listening on ", cancellationToken));
        return new RunningService(process, address, pushToken: null);
    }

    /// <summary>A push as Pub/Sub sends it unwrapped.</summary>
    public HttpRequestMessage Push(string path, IReadOnlyDictionary<string, string> attributes, byte[] data)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(data) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = _pushToken is null ? null : new("Bearer", _pushToken);
        foreach (var (name, value) in attributes.Where(attribute => attribute.Key != "content-type"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>Pushes, and returns the status.</summary>
    public async Task<int> PushAsync(
        string path,
        IReadOnlyDictionary<string, string> attributes,
        byte[] data,
        CancellationToken cancellationToken)
    {
        using var request = Push(path, attributes, data);
        using var answer = await Http.SendAsync(request, cancellationToken);
        return (int)answer.StatusCode;
    }

    /// <summary>Has a window loaded.</summary>
    /// <exception cref="InvalidOperationException">It was not acknowledged.</exception>
    public async Task FetchAsync(FetchMessage message, CancellationToken cancellationToken)
    {
        var status = await PushAsync(FetchMessage.Path, message.Attributes, message.ToBody(), cancellationToken);
        if (status != 204)
        {
            throw new InvalidOperationException($"The window was answered {status}.\n{Process.Said}");
        }
    }

    /// <summary>Asks for a day's run, and returns its id.</summary>
    public async Task<string> RunAsync(string operatorToken, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "run-daily-job");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", operatorToken);
        using var answer = await Http.SendAsync(request, cancellationToken);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken))
            .GetProperty("runId").GetString()!;
    }

    /// <summary>What the process has allocated on the managed heap so far, bytes: .NET's own metric.</summary>
    public async Task<double> AllocatedBytesAsync(CancellationToken cancellationToken)
    {
        const string metric = "dotnet_gc_heap_total_allocated_bytes_total";
        var metrics = await Http.GetStringAsync("metrics", cancellationToken);
        var line = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(metric, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"/metrics does not tell {metric}.");
        return double.Parse(
            line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .First(word => !word.StartsWith(metric, StringComparison.Ordinal)),
            CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Process.DisposeAsync();
    }
}
