using System.Collections.Concurrent;
using System.Diagnostics;
using EventPipeline.Tests.Service;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace EventPipeline.Tests.Telemetry;

/// <summary>One run is one trace, through every message of it.</summary>
[Collection(nameof(Alone))]
[Trait(ServiceHost.Part, ServiceHost.Whole)]
public sealed class TraceTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = "b7ad6b7169203331";

    private static readonly DateOnly Day = new(2025, 1, 1);

    [Fact]
    public async Task A_run_is_one_trace_and_its_spans_say_for_what_they_work()
    {
        var spans = new Spans();
        await using var host = await StartAsync(spans);
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        await host.PushTriggerAsync(Body(2), "7001", ("traceparent", $"00-{Trace}-{Parent}-01"));
        await host.IdleAsync();
        await host.StopAsync();

        var messages = spans.Messages;
        messages.Select(span => span.DisplayName).ShouldBe(["process run-requested", "process fetch-requested"]);
        messages.ShouldAllBe(
            span =>
                span.TraceId.ToHexString() == Trace
                    && span.Kind == ActivityKind.Consumer
                    && span.Status != ActivityStatusCode.Error);
        var (trigger, fetch) = (messages[0], messages[1]);
        trigger.ParentSpanId.ToHexString().ShouldBe(Parent);
        spans.Ancestors(fetch).ShouldContain(trigger.SpanId);
        Tags(trigger).ShouldSatisfyAllConditions(
            tags => tags["messaging.system"].ShouldBe("gcp_pubsub"),
            tags => tags["messaging.operation.type"].ShouldBe("process"),
            tags => tags["messaging.message.id"].ShouldBe("7001"),
            tags => tags["messaging.destination.subscription.name"].ShouldBe("projects/p/subscriptions/trigger"),
            tags => tags["messaging.gcp_pubsub.message.delivery_attempt"].ShouldBe("2"),
            tags => tags["eventpipeline.mode"].ShouldBe("production"));
        Tags(fetch).ShouldSatisfyAllConditions(
            tags => tags["eventpipeline.run.id"].ShouldBe(Tags(trigger)["eventpipeline.run.id"]),
            tags => tags["eventpipeline.vendor"].ShouldBe("anthropic"),
            tags => tags["eventpipeline.account"].ShouldBe("acme"),
            tags => tags["eventpipeline.report"].ShouldBe("cost"),
            tags =>
                (tags["eventpipeline.window.from"], tags["eventpipeline.window.to"])
                    .ShouldBe(("2025-01-01", "2025-01-02")),
            tags => tags["eventpipeline.window.state"].ShouldBe("loaded"));
    }

    [Fact]
    public async Task A_run_that_nobody_gave_a_trace_has_one_of_its_own()
    {
        var spans = new Spans();
        await using var host = await StartAsync(spans);
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        await host.PushTriggerAsync(Body(1), "7002");
        await host.IdleAsync();
        await host.StopAsync();

        spans.Messages.Count.ShouldBe(2);
        spans.Messages.Select(span => span.TraceId).Distinct().ShouldHaveSingleItem();
        spans.Ancestors(spans.Messages[1]).ShouldContain(spans.Messages[0].SpanId);
    }

    [Fact]
    public async Task The_request_that_brought_a_message_of_another_trace_is_linked()
    {
        var spans = new Spans();
        await using var host = await StartAsync(spans);
        host.Vendor.OnDays(CostRows.Path, CostRows.Of);

        await host.PushTriggerAsync(Body(1), "7003", ("traceparent", $"00-{Trace}-{Parent}-01"));
        await host.IdleAsync();
        await host.StopAsync();

        var link = spans.Messages[0].Links.ShouldHaveSingleItem().Context;
        spans.All.ShouldContain(
            span =>
                span.SpanId == link.SpanId && span.Kind == ActivityKind.Server && span.TraceId.ToHexString() != Trace);
    }

    [Fact]
    public async Task A_trace_that_is_not_sampled_makes_no_spans_and_goes_on_all_the_same()
    {
        var spans = new Spans();
        await using var host = await StartAsync(spans);
        host.Vendor.On(CostRows.Path, "{}", status: 401);

        await host.PushTriggerAsync(Body(1), "7004", ("traceparent", $"00-{Trace}-{Parent}-00"));
        await host.IdleAsync();

        spans.Messages.ShouldBeEmpty();
        (await host.ValueAsync("SELECT DISTINCT substr(traceparent, 4, 32) FROM dead_letter")).ShouldBe(Trace);
    }

    [Fact]
    public async Task What_failed_is_marked_with_the_reason_in_the_runs_own_trace()
    {
        var spans = new Spans();
        await using var host = await StartAsync(spans);
        host.Vendor.On(CostRows.Path, """{"error":{"type":"authentication_error","message":"invalid x-api-key"}}""", status: 401);

        await host.PushTriggerAsync(Body(1), "7005", ("traceparent", $"00-{Trace}-{Parent}-01"));
        await host.IdleAsync();
        await host.StopAsync();

        spans.Messages.Select(span => span.DisplayName)
            .ShouldBe(["process run-requested", "process fetch-requested", "process dead-lettered"], ignoreOrder: true);
        spans.Messages.ShouldAllBe(span => span.TraceId.ToHexString() == Trace);
        var fetch = spans.Messages.Single(span => span.DisplayName == "process fetch-requested");
        fetch.Status.ShouldBe(ActivityStatusCode.Error);
        fetch.StatusDescription.ShouldNotBeNull().ShouldContain("401");
        Tags(fetch)["error.type"].ShouldBe("credential");
    }

    [Fact]
    public async Task Probes_and_scrapes_make_no_spans()
    {
        var spans = new Spans();
        await using var host = await StartAsync(spans);

        foreach (var path in new[] { "liveness", "ready", "health", "metrics", "status" })
        {
            using var answer = await host.Http.GetAsync(
                new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            answer.IsSuccessStatusCode.ShouldBeTrue(path);
        }
        await host.StopAsync();

        spans.All.Where(span => span.Kind == ActivityKind.Server)
            .Select(span => span.DisplayName)
            .ShouldBe(["GET /status"]);
    }

    [Fact]
    public async Task Vendors_are_not_told_which_trace_asks()
    {
        await using var host = await ServiceHost.StartAsync();
        var headers = new ConcurrentBag<string>();
        host.Vendor.On(CostRows.Path, context =>
        {
            context.Request.Headers.Keys.ToList().ForEach(headers.Add);
            return VendorServer.WriteAsync(context, VendorServer.Buckets(context.Request.Query, CostRows.Of), 200);
        });

        (await host.WindowAsync("anthropic", "cost", Day)).State.ShouldBe("loaded");

        headers.ShouldContain("x-api-key");
        headers.ShouldNotContain(
            name =>
                name.StartsWith("trace", StringComparison.OrdinalIgnoreCase)
                    || name == "Request-Id"
                    || name == "Correlation-Context");
    }

    private static Task<ServiceHost> StartAsync(Spans spans) => ServiceHost.StartAsync(configure: builder =>
        builder.Services.ConfigureOpenTelemetryTracerProvider(
            traces => traces.AddProcessor(new SimpleActivityExportProcessor(spans))));

    private static string Body(int days) => $$"""{"vendors":["anthropic"],"reports":["cost"],"from":"2025-01-01","to":"2025-01-0{{days}}"}""";

    private static Dictionary<string, string?> Tags(Activity span) =>
        span.TagObjects.ToDictionary(
            tag => tag.Key, tag => Convert.ToString(tag.Value, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Keeps every span that ends.</summary>
    private sealed class Spans : BaseExporter<Activity>
    {
        public ConcurrentQueue<Activity> All { get; } = [];

        public List<Activity> Messages =>
            [.. All.Where(span => span.Source.Name == "EventPipeline").OrderBy(span => span.StartTimeUtc)];

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var span in batch)
            {
                All.Enqueue(span);
            }

            return ExportResult.Success;
        }

        public IEnumerable<ActivitySpanId> Ancestors(Activity span)
        {
            for (
                var each = span; each is not null; each = All.FirstOrDefault(
                    other => other.SpanId == each.ParentSpanId))
            {
                yield return each.ParentSpanId;
            }
        }
    }
}
