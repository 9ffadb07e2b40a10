using System.Collections.Concurrent;
using System.Net;
using EventPipeline.Fetch;
using EventPipeline.Google.PubSub;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Trigger;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Fetch;

/// <summary>
/// A window whose account has to wait, or whose vendor answers nobody or has no report yet, until its message has few
/// deliveries left.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class HeldOffTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 3, 1);
    private static readonly TransientFailureException Turn = new("Wait for an hour.") { IsOutOfTime = true };
    private static readonly TransientFailureException Silent = new("Nobody answers.") { IsHostSilent = true };
    private static readonly TransientFailureException NotReady = new("There is no report yet.") { IsNotReady = true };
    private static readonly TransientFailureException Broken = new("It answered 503.");

    private readonly ConcurrentQueue<OutgoingMessage> _published = new();
    private readonly PacedVendor _vendor = new();
    private ServiceHost _host = null!;

    public static TheoryData<string, double, double?, bool> Deliveries { get; } = new()
    {
        { "turn", 1.9, null, false },
        { "turn", 2.1, null, true },
        { "silent", 2.1, null, true },
        { "not ready", 2.1, null, true },
        { "not ready", 2.1, 25, false },
        { "turn", 2.1, 23, true },
        { "turn", 2.1, 25, false },
        { "broken", 2.1, null, false },
    };

    public async ValueTask InitializeAsync() => _host = await ServiceHost.StartAsync(configure: Configure);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Deliveries))]
    public async Task It_is_published_anew_for_a_day_and_what_the_vendor_fails_is_not(
        string kind, double hoursOld, double? hoursWaiting, bool isRenewed)
    {
        var failure = kind switch
        {
            "turn" => Turn, "silent" => Silent, "not ready" => NotReady, _ => Broken,
        };
        _vendor.Seconds = _ => throw failure;
        var now = TimeProvider.System.GetUtcNow();
        (string, string)[] waiting = hoursWaiting is { } hours
            ? [("ce-waitingsince", $"{now.AddHours(-hours):O}")]
            : [];

        using var answer = await _host.PostAsync(
            "events/fetch-requested",
            $$"""{"runId":"by-hand","mode":"production","vendor":"anthropic","account":"acme","report":"cost","from":"{{Day:yyyy-MM-dd}}","to":"{{Day:yyyy-MM-dd}}"}""",
            [
                .. Pushes.Binary(FetchRequested.EventType),
                ("x-goog-pubsub-message-id", "77"),
                ("x-goog-pubsub-publish-time", $"{now.AddHours(-hoursOld):O}"),
                .. waiting,
            ]);

        answer.StatusCode.ShouldBe(isRenewed ? HttpStatusCode.NoContent : HttpStatusCode.ServiceUnavailable);
        _published.Count.ShouldBe(isRenewed ? 1 : 0);
        (await _host.AskAsync("SELECT event, reason FROM run_events ORDER BY event")).ShouldBe(
            isRenewed
                ? [["attempt_failed", failure.Message], ["window_renewed", failure.Message]]
                : [["attempt_failed", failure.Message]]);
    }

    private void Configure(WebApplicationBuilder builder)
    {
        _vendor.Serve(builder);
        builder.Services.PostConfigure<AttemptOptions>(options => options.DeliveriesTake = TimeSpan.FromHours(4));
        builder.Services.AddScoped<PublishMessages>(provider => async (topic, messages, cancellationToken) =>
        {
            if (topic != Topic.Fetch)
            {
                await provider.GetRequiredService<PubSubPublisher>().PublishAsync(topic, messages, cancellationToken);
                return;
            }

            foreach (var message in messages)
            {
                _published.Enqueue(message);
            }
        });
    }
}
