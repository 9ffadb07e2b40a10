namespace EventPipeline.Ledger;

/// <summary>
/// Keeps an instance's freshness gauge up to date: in the background just after the start and every hour, because only
/// one of several instances sees a run end. Until the first answer the gauge reports nothing.
/// </summary>
internal sealed class FreshnessWatch(IServiceScopeFactory scopes, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>What an instance was started for comes first.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Settling, clock, stoppingToken);
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<FreshnessReport>().LookAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
