namespace EventPipeline.Ledger;

/// <summary>
/// Keeps an instance's gauge of freshness at what the dataset says: in the background from its start, and every hour, because the end of a run is seen by one
/// instance of several. Until the first answer the gauge says nothing.
/// </summary>
internal sealed class FreshnessWatch(IServiceScopeFactory scopes, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<FreshnessReport>().LookAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
