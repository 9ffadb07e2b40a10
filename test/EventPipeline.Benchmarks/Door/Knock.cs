using EventPipeline.Benchmarks.Programs;

namespace EventPipeline.Benchmarks.Door;

/// <summary>One kind of request to one process, sent many times over eight connections.</summary>
/// <param name="Service">Whom it is sent to, and whose CPU is counted.</param>
/// <param name="Count">How often.</param>
/// <param name="Status">What every answer has to be.</param>
/// <param name="Request">A new request.</param>
internal sealed record Knock(RunningService Service, int Count, int Status, Func<HttpRequestMessage> Request)
{
    private const int Connections = 8;
    private const int SmokeShare = 1_000;

    /// <summary>Sends all of them, and returns the CPU time of each in microseconds.</summary>
    public async Task<double> MeasureAsync(bool isSmoke, CancellationToken cancellationToken)
    {
        var count = isSmoke ? Math.Max(Connections, Count / SmokeShare) : Count;
        var left = count;
        var before = Service.Process.CpuSeconds;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(SendAsync, cancellationToken)));
        return (Service.Process.CpuSeconds - before) * 1e6 / count;

        async Task SendAsync()
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var request = Request();
                using var answer = await Service.Http.SendAsync(request, cancellationToken);
                if ((int)answer.StatusCode != Status)
                {
                    throw new InvalidOperationException(
                        $"{request.RequestUri} was answered {(int)answer.StatusCode}, not {Status}: "
                            + $"{await answer.Content.ReadAsStringAsync(cancellationToken)}\n{Service.Process.Said}");
                }
            }
        }
    }
}
