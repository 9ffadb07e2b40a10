using System.Collections.Concurrent;
using System.Net;
using EventPipeline.Google.PubSub;
using EventPipeline.Messages;
using EventPipeline.Tests.Service;
using EventPipeline.Tests.Trigger;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EventPipeline.Tests.Fetch;

/// <summary>
/// An instance that works on two windows at once, one of each vendor, and a vendor that answers nothing.
/// </summary>
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class FullServiceTests : IAsyncLifetime
{
    private const string OpenAICosts = "/v1/organization/costs";
    private static readonly DateOnly Day = new(2025, 3, 1);

    private readonly ConcurrentQueue<OutgoingMessage> _published = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServiceHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ServiceHost.StartAsync(configure: Configure);
        _host.Vendor.OnDays(OpenAICosts, _ => "");
        _host.Vendor.On(CostRows.Path, async context =>
        {
            _asked.TrySetResult();
            await _answers.Task;
            await VendorServer.WriteAsync(
                context, VendorServer.Buckets(context.Request.Query, CostRows.Of), (int)HttpStatusCode.OK);
        });
    }

    public ValueTask DisposeAsync()
    {
        _answers.TrySetResult();
        return _host.DisposeAsync();
    }

    [Fact]
    public async Task A_push_beyond_a_vendors_share_is_refused_before_anything_is_asked_and_another_vendors_is_not()
    {
        var stalled = PushAsync("anthropic", Day);
        await _asked.Task;
        var (calls, asked) = (_host.Warehouse.Calls, _host.Vendor.Asked.Count);

        (await PushAsync("anthropic", Day.AddDays(1))).ShouldBe(HttpStatusCode.TooManyRequests);

        (_host.Warehouse.Calls, _host.Vendor.Asked.Count).ShouldBe((calls, asked));
        (await PushAsync("openai", Day)).ShouldBe(HttpStatusCode.NoContent);
        stalled.IsCompleted.ShouldBeFalse();
        _answers.SetResult();
        (await stalled).ShouldBe(HttpStatusCode.NoContent);
        (await PushAsync("anthropic", Day.AddDays(1))).ShouldBe(HttpStatusCode.NoContent);
        _host.Log.All.ShouldContain(line => line.Contains(
            "(message 77) was refused with 429 and will be delivered again. anthropic/acme/cost "
            + "2025-03-02..2025-03-02: all requests that one instance takes for anthropic are at work, so this one was "
            + "not tried.",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_message_that_has_waited_long_is_published_anew_as_the_same_event_and_acknowledged()
    {
        var stalled = PushAsync("anthropic", Day);
        await _asked.Task;

        (await PushAsync("anthropic", Day.AddDays(1), ("x-goog-pubsub-publish-time", "2026-11-22T06:00:00Z")))
            .ShouldBe(HttpStatusCode.NoContent);

        var again = _published.ShouldHaveSingleItem();
        (again.Attributes["ce-vendor"], again.Attributes["ce-id"], again.Attributes["ce-waitingsince"])
            .ShouldBe(("anthropic", "event-1", "2026-11-22T06:00:00.0000000Z"));
        (again.Attributes["ce-source"], again.Attributes["ce-time"]).ShouldBe(("//me", "2026-11-21T06:00:00.0000000Z"));
        FetchRequestedReader.Read(again.Data).Window.From.ShouldBe(Day.AddDays(1));
        var row = (await _host.AskAsync("SELECT reason, message_id FROM run_events WHERE event = 'window_renewed'"))
            .ShouldHaveSingleItem();
        row[0].ShouldBe(
            "anthropic/acme/cost 2025-03-02..2025-03-02: all requests that one instance takes for anthropic are at "
            + "work, so this one was not tried.");
        row[1].ShouldBe("77");
        var window = (await _host.RunOfAsync("by-hand")).Windows.ShouldHaveSingleItem();
        (window.State, window.Attempts, window.Reason).ShouldBe(("pending", 0, (string?)row[0]));
        _answers.SetResult();
        (await stalled).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task How_long_a_message_has_waited_is_told_from_its_first_publication()
    {
        var stalled = PushAsync("anthropic", Day);
        await _asked.Task;

        await PushAsync(
            "anthropic",
            Day.AddDays(1),
            ("x-goog-pubsub-publish-time", "2026-11-22T06:00:00Z"),
            ("ce-waitingsince", "2026-11-20T06:00:00Z"),
            ("ce-replays", "2"),
            ("ce-returns", "3"));

        var attributes = _published.ShouldHaveSingleItem().Attributes;
        (attributes["ce-waitingsince"], attributes["ce-replays"]).ShouldBe(("2026-11-20T06:00:00.0000000Z", "2"));
        attributes.ShouldNotContainKey("ce-returns");
        _answers.SetResult();
        (await stalled).ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nobody")]
    [InlineData("openai")]
    public async Task A_message_without_its_vendors_attribute_or_with_another_arrives_all_the_same(string? vendor)
    {
        _answers.SetResult();
        var attribute = vendor is null ? "" : $",\"attributes\":{{\"ce-vendor\":\"{vendor}\"}}";
        using var answer = await _host.PostAsync(
            "v1/projects/local/topics/eventpipeline-fetch:publish",
            $$"""{"messages":[{"data":"{{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Body("anthropic", Day)))}}"{{attribute}}}]}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        await _host.IdleAsync();

        (await _host.RunOfAsync("by-hand")).Windows.ShouldHaveSingleItem().State.ShouldBe("loaded");
        (await _host.GetAsync("dead-letters")).GetArrayLength().ShouldBe(0);
    }

    private static string Body(string vendor, DateOnly day) =>
        $$"""{"runId":"by-hand","mode":"production","vendor":"{{vendor}}","account":"acme","report":"cost","from":"{{day:yyyy-MM-dd}}","to":"{{day:yyyy-MM-dd}}"}""";

    private async Task<HttpStatusCode> PushAsync(
        string vendor, DateOnly day, params (string Name, string Value)[] headers)
    {
        using var answer = await _host.PostAsync(
            "events/fetch-requested",
            Body(vendor, day),
            [.. Pushes.Binary(FetchRequested.EventType), ("x-goog-pubsub-message-id", "77"), .. headers]);
        return answer.StatusCode;
    }

    private void Configure(WebApplicationBuilder builder)
    {
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Fetch:Concurrency", (string?)"2")]);
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
