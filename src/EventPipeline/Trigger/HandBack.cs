namespace EventPipeline.Trigger;

/// <summary>
/// How long the handling of an event may last. Cloud Run kills ten seconds after it asked to stop, so what is in flight then gets some of them to
/// finish; the rest is handed back: cancelled, answered with 503, and delivered again to whoever listens by then.
/// </summary>
internal static class HandBack
{
    /// <summary>What is in flight when the service is told to stop may still take.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Pub/Sub hangs up after 600 s and Cloud Run does not tell: whatever an event waits for, it ends before.</summary>
    public static readonly TimeSpan PushLimit = TimeSpan.FromSeconds(590);

    /// <summary>Cancelled <see cref="Grace"/> after the host was told to stop.</summary>
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
