using System.Net;
using EventPipeline.DeadLetters;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Trigger;

namespace EventPipeline.Tests.DeadLetters;

/// <summary>What Pub/Sub gave up although no delivery of it was tried.</summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class UntriedTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 3, 1);
    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ServiceHost.StartAsync();
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_window_that_was_never_tried_is_no_dead_letter_but_is_asked_for_again()
    {
        (await ForwardAsync("2026-11-20T06:00:00Z")).ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();

        var window = (await _host.RunOfAsync("by-hand")).Windows.ShouldHaveSingleItem();
        (window.State, window.BilledUsd).ShouldBe(("loaded", CostRows.UsdOf(Day)));
        (await _host.CountAsync("dead_letter")).ShouldBe(0);
        (await _host.ValueAsync("SELECT reason FROM run_events WHERE event = 'window_renewed'")).ShouldBe(
            "anthropic/acme/cost 2025-03-01..2025-03-01: Pub/Sub gave up after 30 deliveries on the subscription "
            + "'eventpipeline-fetch-anthropic-push'. No attempt is recorded since, so it was published anew.");
    }

    [Fact]
    public async Task A_window_that_was_tried_since_it_was_published_is_a_dead_letter()
    {
        var published = TimeProvider.System.GetUtcNow();
        _host.Vendor.On(CostRows.Path, "{}", status: 410);
        (await _host.PushFetchAsync("by-hand", "anthropic", "cost", Day, Day))
            .ShouldBe(HttpStatusCode.ServiceUnavailable);

        (await ForwardAsync($"{published:O}")).ShouldBe(HttpStatusCode.NoContent);

        var letter = (await _host.GetAsync("dead-letters")).EnumerateArray().ShouldHaveSingleItem();
        letter.GetProperty("cause").GetString().ShouldBe("attempts_exhausted");
        letter.GetProperty("reason").GetString().ShouldNotBeNull()
            .ShouldContain("The last attempt: anthropic/acme/cost");
    }

    [Fact]
    public async Task A_window_that_was_tried_only_before_its_message_was_published_anew_is_asked_for_again()
    {
        _host.Vendor.On(CostRows.Path, "{}", status: 410);
        await _host.PushFetchAsync("by-hand", "anthropic", "cost", Day, Day);
        _host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        await ForwardAsync($"{TimeProvider.System.GetUtcNow().AddSeconds(1):O}");
        await _host.IdleAsync();

        (await _host.RunOfAsync("by-hand")).Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
        (await _host.CountAsync("dead_letter")).ShouldBe(0);
    }

    [Fact]
    public async Task A_window_whose_attempts_the_process_may_not_survive_does_not_come_back_for_good()
    {
        await ForwardAsync("2026-11-20T06:00:00Z", ("ce-returns", "3"), ("ce-vendor", "anthropic"));
        await _host.IdleAsync();

        var letter = (await _host.GetAsync("dead-letters")).EnumerateArray().ShouldHaveSingleItem();
        letter.GetProperty("cause").GetString().ShouldBe("attempts_exhausted");
        letter.GetProperty("reason").GetString().ShouldBe(
            "Pub/Sub gave up after 30 deliveries on the subscription 'eventpipeline-fetch-anthropic-push'. No attempt "
            + "is recorded since it was published, nor in the 3 times before: no delivery reached the service, or the "
            + "service ended during each.");
    }

    [Fact]
    public void A_replay_keeps_the_vendor_and_begins_to_wait_anew()
    {
        var letter = new DeadLetter
        {
            Id = "dl-0123456789abcdef0123",
            SourceTopic = "fetch",
            Reason = "It failed.",
            Hint = "Replay it.",
            Cause = "attempts_exhausted",
            RejectedAt = DateTimeOffset.UnixEpoch,
            Replays = 1,
            Attributes = new Dictionary<string, string>
            {
                ["ce-specversion"] = "1.0",
                ["ce-id"] = "r-1.w",
                ["ce-vendor"] = "anthropic",
                ["ce-waitingsince"] = "2026-11-20T06:00:00Z",
                ["ce-returns"] = "2",
                ["ce-replays"] = "1",
            },
        };

        ReplayMessage.FromLetter(letter).Attributes.ShouldBe(
            new Dictionary<string, string>
            {
                ["ce-specversion"] = "1.0", ["ce-id"] = "r-1.w", ["ce-vendor"] = "anthropic", ["ce-replays"] = "2",
            },
            ignoreOrder: true);
    }

    /// <summary>Pushes what Pub/Sub forwards of a fetch message after its last delivery.</summary>
    private async Task<HttpStatusCode> ForwardAsync(string published, params (string Name, string Value)[] attributes)
    {
        using var answer = await _host.PostAsync(
            "events/dead-lettered",
            Pushes.Wrapped(
                $$"""{"runId":"by-hand","mode":"production","vendor":"anthropic","account":"acme","report":"cost","from":"{{Day:yyyy-MM-dd}}","to":"{{Day:yyyy-MM-dd}}"}""",
                "copy-1",
                [
                    .. Pushes.Binary(FetchRequested.EventType),
                    .. attributes,
                    ("CloudPubSubDeadLetterSourceDeliveryCount", "30"),
                    ("CloudPubSubDeadLetterSourceSubscription", "eventpipeline-fetch-anthropic-push"),
                    ("CloudPubSubDeadLetterSourceTopicPublishTime", published),
                ]));
        return answer.StatusCode;
    }
}
