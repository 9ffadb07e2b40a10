namespace EventPipeline.Trigger;

/// <summary>
/// Limits how long handling an event may take. Cloud Run kills the service ten seconds after SIGTERM, so events in
/// flight get some of them to finish; the rest are handed back: cancelled, answered with 503, and delivered again to
/// another instance.
/// </summary>
internal static class HandBack
{
    /// <summary>How long events in flight may still take once shutdown begins.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Pub/Sub hangs up after 600 s and Cloud Run does not report it: whatever an event waits for, it ends before that.
    /// </summary>
    public static readonly TimeSpan PushLimit = TimeSpan.FromSeconds(590);

    /// <summary>Cancelled <see cref="Grace"/> after shutdown begins.</summary>
    public static CancellationToken TokenOf(IServiceProvider services)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        var handedBack = new CancellationTokenSource();
        lifetime.ApplicationStopping.Register(() => _ = CancelAsync());
        return handedBack.Token;

        async Task CancelAsync()
        {
            await Task.Delay(Grace, clock);
            await handedBack.CancelAsync();
        }
    }
}
