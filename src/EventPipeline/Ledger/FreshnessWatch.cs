namespace EventPipeline.Ledger;

/// <summary>
/// Keeps an instance's freshness gauge up to date: in the background at start and every hour, because only one of
/// several instances sees a run end. Until the first answer the gauge reports nothing.
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
