namespace EventPipeline.EndToEndTests.Service;

/// <summary>Waits for what another process does: asks until it is so.</summary>
internal static class Poll
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Asks until there is an answer.</summary>
    /// <param name="what">What is waited for, for the one who reads the failure.</param>
    /// <param name="ask">Answers null while it is not so.</param>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T?>> ask)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (true)
            {
                if (await ask() is { } answer)
                {
                    return answer;
                }

                await tick.WaitForNextTickAsync(patience.Token);
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"In {Patience.TotalSeconds:0} s it did not come to this: {what}.");
        }
    }

    /// <summary>Asks until it is so.</summary>
    public static Task UntilAsync(string what, Func<Task<bool>> isSo) =>
        ForAsync(what, async () => await isSo() ? "" : null);
}
