using System.Net;
using EventPipeline.DeadLetters;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using EventPipeline.Trigger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EventPipeline.Tests.Trigger;

/// <summary>What is in flight when the service is told to stop, or lasts longer than Pub/Sub waits.</summary>
public sealed class HandBackTests : IAsyncLifetime
{
    private readonly ObservedClock _clock = new();
    private readonly LogLines _log = new();
    private readonly TaskCompletionSource<CancellationToken> _handling = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private WebApplication _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(_log);
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddSingleton<TimeProvider>(_clock)
            .AddScoped<DeadLetterPublisher>()
            .AddSingleton<PublishMessages>((_, _, _) => throw new InvalidOperationException("Nothing is published."))
            .AddSingleton(new EventDispatcher(
                DoorFixture.Catalogue,
                (_, _, cancellationToken) => HandleAsync(cancellationToken),
                (_, _, _) => throw new InvalidOperationException("Nothing is fetched."),
                (_, _) => throw new InvalidOperationException("Nothing is a dead letter.")));
        _app = builder.Build();
        _app.MapEvents();
        await _app.StartAsync(Cancellation);
        _http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task An_event_in_flight_has_some_seconds_to_finish()
    {
        var push = PushAsync();
        await _handling.Task.WaitAsync(Cancellation);
        var stopping = _app.StopAsync(Cancellation);
        await _clock.Waited(HandBack.Grace);

        _clock.Advance(HandBack.Grace - TimeSpan.FromMilliseconds(1));
        _finish.SetResult();

        (await push).ShouldBe(HttpStatusCode.NoContent);
        await stopping;
    }

    [Fact]
    public async Task An_event_that_does_not_finish_is_handed_back_and_the_service_ends()
    {
        var push = PushAsync();
        var handling = await _handling.Task.WaitAsync(Cancellation);
        var stopping = _app.StopAsync(Cancellation);
        await _clock.Waited(HandBack.Grace);
        handling.IsCancellationRequested.ShouldBeFalse();

        _clock.Advance(HandBack.Grace);

        (await push).ShouldBe(HttpStatusCode.ServiceUnavailable);
        await stopping;
        _log.All.ShouldContain(line => line.Contains("was handed back", StringComparison.Ordinal));
        _log.All.ShouldNotContain(
            line =>
                line.StartsWith("Error", StringComparison.Ordinal)
                    || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_is_answered_before_Pub_Sub_hangs_up()
    {
        var push = PushAsync();
        var handling = await _handling.Task.WaitAsync(Cancellation);

        _clock.Advance(HandBack.PushLimit - TimeSpan.FromSeconds(1));
        handling.IsCancellationRequested.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await push).ShouldBe(HttpStatusCode.ServiceUnavailable);
        HandBack.PushLimit.ShouldBeLessThan(TimeSpan.FromSeconds(600));
        new EventPipeline.Fetch.AttemptOptions().Limit.ShouldBeLessThan(HandBack.PushLimit);
    }

    private async Task HandleAsync(CancellationToken cancellationToken)
    {
        _handling.SetResult(cancellationToken);
        await _finish.Task.WaitAsync(cancellationToken);
    }

    private async Task<HttpStatusCode> PushAsync()
    {
        using var body = new StringContent(Pushes.Wrapped("{}"));
        using var answer = await _http.PostAsync(new Uri("events/run-requested", UriKind.Relative), body, Cancellation);
        return answer.StatusCode;
    }

    /// <summary>A clock moved by hand that tells what was waited for.</summary>
    private sealed class ObservedClock : FakeTimeProvider
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<TimeSpan, TaskCompletionSource> _waits =
            new();

        public Task Waited(TimeSpan wait) => Wait(wait).Task.WaitAsync(Cancellation);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Wait(dueTime).TrySetResult();
            return timer;
        }

        private TaskCompletionSource Wait(TimeSpan wait) =>
            _waits.GetOrAdd(wait, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
