using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Messages;

namespace EventPipeline.EndToEndTests.Service;

/// <summary>Deliveries twice, at once and in any order, as Pub/Sub may make them.</summary>
public sealed class DeliveryTests(Simulation simulation) : IClassFixture<Simulation>, IDisposable
{
    private static readonly DateOnly From = new(2098, 5, 4);
    private static readonly DateOnly To = new(2098, 5, 6);
    private static readonly string[] Reports = ["messages_usage", "cost", "claude_code", "completions_usage"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_run_whose_every_message_comes_twice_at_once_and_in_any_order_is_loaded_once()
    {
        await using var service = await RunningService.StartAsync(
            folder.Path,
            simulation.Settings(("Broker__Faults__Duplicate", "true"), ("Broker__Faults__ShuffleSeed", "7")));

        var run = await service.RunToEndAsync(new { from = From, to = To, reports = Reports });

        run.Outcome.ShouldBe("completed");
        await service.WaitUntilNothingIsOutstandingAsync();
        await service.ShouldEqualTruthAsync(simulation, From, To, Reports);
        (await service.DeadLettersAsync()).ShouldBeEmpty();

        // Later copies of every message, in every shape, at once.
        foreach (var status in await DeliverAsync(service, run, run.RunId, seed: 1))
        {
            status.ShouldBe(HttpStatusCode.NoContent);
        }

        await service.ShouldEqualTruthAsync(simulation, From, To, Reports);
        (await service.RunAsync(run.RunId)).Totals.ShouldBe(run.Totals);
    }

    [Fact]
    public async Task First_deliveries_of_one_window_at_the_same_time_in_every_shape_load_it_once()
    {
        await using var service = await RunningService.StartAsync(folder.Path, simulation.Settings());
        var plan = await service.RunToEndAsync(new { mode = "dry_run", from = From, to = To, reports = Reports });

        foreach (var status in await DeliverAsync(service, plan, "20980615-0123456789ab", seed: 2))
        {
            status.ShouldBe(HttpStatusCode.NoContent);
        }

        await service.ShouldEqualTruthAsync(simulation, From, To, Reports);
        (await service.DeadLettersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_trigger_delivered_at_once_in_every_shape_is_one_run()
    {
        await using var service = await RunningService.StartAsync(folder.Path, simulation.Settings());
        var trigger = new Event(
            "the-tick",
            RunRequested.EventType,
            JsonSerializer.SerializeToUtf8Bytes(new { from = From, to = To, reports = Reports }),
            "2098-06-15T06:00:00Z");

        var statuses = await Task.WhenAll(
            Enumerable.Range(0, 3)
                .SelectMany(_ => Shapes("events/run-requested", trigger))
                .Select(request => SendAsync(service, request)));

        statuses.ShouldAllBe(status => status == HttpStatusCode.NoContent);
        var run = (await service.GetAsync("runs")).EnumerateArray().ShouldHaveSingleItem();
        (await service.EndAsync(run.GetProperty("runId").GetString()!)).Outcome.ShouldBe("completed");
        await service.WaitUntilNothingIsOutstandingAsync();
        await service.ShouldEqualTruthAsync(simulation, From, To, Reports);
    }

    /// <summary>
    /// Every window of a run in every shape, all at the same time, in an order that follows from a seed.
    /// </summary>
    private static async Task<HttpStatusCode[]> DeliverAsync(
        RunningService service, RunDocument run, string runId, int seed)
    {
        var requests = run.Windows.SelectMany(window =>
        {
            var message = new FetchRequested(
                runId, RunMode.Production, window.Vendor, window.Account, window.Report, window.From, window.To);
            var data = JsonSerializer.SerializeToUtf8Bytes(message, JsonSerializerOptions.Web);
            return Shapes(
                "events/fetch-requested",
                new Event(
                    $"{runId}.{window.Vendor}.{window.Account}.{window.Report}",
                    FetchRequested.EventType,
                    data,
                    "2098-06-15T06:00:00Z"));
        }).ToArray();
        new Random(seed).Shuffle(requests);
        return await Task.WhenAll(requests.Select(request => SendAsync(service, request)));
    }

    private static async Task<HttpStatusCode> SendAsync(RunningService service, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await service.Http.SendAsync(request, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    /// <summary>One event as Pub/Sub and Eventarc may push it.</summary>
    private static IEnumerable<HttpRequestMessage> Shapes(string path, Event one)
    {
        var attributes = new Dictionary<string, string>
        {
            ["ce-specversion"] =
                "1.0",
                ["ce-id"] = one.Id,
                ["ce-source"] = OutgoingMessage.ServiceSource,
                ["ce-type"] = one.Type,
                ["ce-time"] = one.Time,
        };

        var unwrapped = Post(path, one.Data, "application/json");
        foreach (var (name, value) in attributes)
        {
            unwrapped.Headers.Add(name, value);
        }

        yield return unwrapped;

        yield return Post(
            path,
            JsonSerializer.SerializeToUtf8Bytes(new
            {
                specversion = "1.0",
                id = one.Id,
                source = OutgoingMessage.ServiceSource,
                type = one.Type,
                time = one.Time,
                datacontenttype = "application/json", data = JsonElement.Parse(one.Data),
            }),
            "application/cloudevents+json; charset=utf-8");

        var push = new
        {
            subscription = "projects/local/subscriptions/any",
            message = new
            {
                data = one.Data, messageId = Guid.NewGuid().ToString("N"), publishTime = one.Time,
                attributes = attributes.Append(KeyValuePair.Create("content-type", "application/json")).ToDictionary(),
            },
        };
        yield return Post(path, JsonSerializer.SerializeToUtf8Bytes(push), "application/json");

        var eventarc = Post("", JsonSerializer.SerializeToUtf8Bytes(push), "application/json");
        eventarc.Headers.Add("ce-specversion", "1.0");
        eventarc.Headers.Add("ce-id", Guid.NewGuid().ToString());
        eventarc.Headers.Add("ce-source", "//pubsub.googleapis.com/projects/local/topics/any");
        eventarc.Headers.Add("ce-type", "google.cloud.pubsub.topic.v1.messagePublished");
        yield return eventarc;
    }

    private static HttpRequestMessage Post(string path, byte[] body, string contentType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = content };
    }

    private sealed record Event(string Id, string Type, byte[] Data, string Time);
}
