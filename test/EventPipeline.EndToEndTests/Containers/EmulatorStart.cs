using System.Net;

namespace EventPipeline.EndToEndTests.Containers;

/// <summary>The start of an emulator, be it a process or a container.</summary>
internal static class EmulatorStart
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks until it answers with 200.</summary>
    /// <param name="name">What is started, for the one who reads the failure.</param>
    /// <param name="address">What is asked for.</param>
    /// <param name="hasExited">Whether there is nothing to wait for any more.</param>
    /// <param name="said">What it has said.</param>
    /// <exception cref="InvalidOperationException">
    /// It ended, or does not answer in time; the message has what it said.
    /// </exception>
    public static async Task UntilItAnswersAsync(
        string name, Uri address, Func<bool> hasExited, Func<Task<string>> said)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await AnswersAsync(http, address, patience.Token))
        {
            if (hasExited() || patience.IsCancellationRequested)
            {
                throw new InvalidOperationException($"{name} did not start at {address}: {await said()}");
            }

            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(address, cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception ex) when (ex is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
