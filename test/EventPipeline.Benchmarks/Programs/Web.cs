namespace EventPipeline.Benchmarks.Programs;

/// <summary>HTTP to programs on this machine.</summary>
internal static class Web
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>A client that waits as long as it takes.</summary>
    public static HttpClient Client(Uri address, int connections = 8) => new(
        new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = connections })
    {
        BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Asks until the answer is a success.</summary>
    /// <exception cref="InvalidOperationException">The process ended.</exception>
    public static Task UntilSuccessAsync(
        HttpClient http, string path, ChildProcess process, CancellationToken cancellationToken) =>
        UntilAnswerAsync(http, path, process, answer => answer.IsSuccessStatusCode, cancellationToken);

    /// <summary>Asks until there is an answer of this kind.</summary>
    /// <exception cref="InvalidOperationException">The process ended.</exception>
    public static async Task UntilAnswerAsync(
        HttpClient http,
        string path,
        ChildProcess process,
        Func<HttpResponseMessage, bool> isIt,
        CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(Pause);
        while (!await IsAnsweredAsync(http, path, isIt, cancellationToken))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The program did not start.\n{process.Said}");
            }

            await tick.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static async Task<bool> IsAnsweredAsync(
        HttpClient http, string path, Func<HttpResponseMessage, bool> isIt, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(path, cancellationToken);
            return isIt(answer);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
