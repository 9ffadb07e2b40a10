using System.Net.Http.Json;
using System.Text.Json;

namespace EventPipeline.Benchmarks.Programs;

/// <summary>The stand-in for Google's APIs as a process of its own, and what it is asked.</summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private StandIn(ChildProcess process, Uri address)
    {
        _process = process;
        _http = Web.Client(address);
    }

    public Uri Address => _http.BaseAddress!;

    public static async Task<StandIn> StartAsync(Bench bench, CancellationToken cancellationToken)
    {
        var folder = bench.NewFolder();
        var process = ChildProcess.StartDotnet(
            Publication.Built("EventPipeline.GoogleStandIn"),
            ["--data", folder, "--port", "0"],
            new Dictionary<string, string>(),
            folder);
        return new StandIn(process, new Uri(await process.LineAsync("Listening on ", cancellationToken)));
    }

    /// <summary>A token as Google signs it; good for an hour.</summary>
    public async Task<string> TokenAsync(string audience, string email, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(
            "stand-in/tokens", new { claims = new { aud = audience, email } }, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken))
            .GetProperty("token").GetString()!;
    }

    /// <summary>A number that a query of the production dataset answers.</summary>
    public async Task<long> CountAsync(string sql, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(
            "stand-in/query", new { sql, dataset = "ai_usage_analytics" }, cancellationToken);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken))
            .GetProperty("rows")[0][0].GetInt64();
    }

    /// <summary>Forgets the requests so far.</summary>
    public async Task ForgetRequestsAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.DeleteAsync("stand-in/requests", cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The operations of the requests since, such as <c>jobs.query</c>.</summary>
    public async Task<IReadOnlyList<string>> OperationsAsync(CancellationToken cancellationToken) =>
    [
        .. (await _http.GetFromJsonAsync<JsonElement>("stand-in/requests", cancellationToken)).EnumerateArray()
            .Select(request => request.GetProperty("operation").GetString() ?? ""),
    ];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
