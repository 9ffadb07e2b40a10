using System.Diagnostics;

namespace EventPipeline.Events;

/// <summary>
/// Continues the trace that a message belongs to, so that one run is one trace. Attributes are those of
/// https://opentelemetry.io/docs/specs/semconv/messaging/gcp-pubsub/.
/// </summary>
internal static class MessageTrace
{
    /// <summary>The activity source that telemetry listens to.</summary>
    public const string SourceName = "EventPipeline";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>
    /// Starts handling a message in the trace that it names, linked to the request that brought it; without one, in the
    /// request's own.
    /// </summary>
    public static Activity? Start(Arrival arrival)
    {
        var message = arrival.Message;
        var attributes = message.Attributes;
        var name = $"process {arrival.Entrance.Name}";
        var parent = attributes["traceparent"] ?? attributes["ce-traceparent"] ?? attributes["googclient_traceparent"];
        var request = Activity.Current;
        Activity? activity;
        if (!ActivityContext.TryParse(parent, attributes["tracestate"], isRemote: true, out var context))
        {
            activity = Source.StartActivity(name, ActivityKind.Consumer);
        }
        else if (context.TraceId == request?.TraceId)
        {
            // An unwrapped push brings the attribute as a header, so the request is in the trace already.
            activity = Source.StartActivity(name, ActivityKind.Consumer);
        }
        else
        {
            // Even without a listener the trace has to continue: what is published from here carries it.
            activity = Source.StartActivity(
                name,
                ActivityKind.Consumer,
                context,
                links: request is null ? null : [new ActivityLink(request.Context)])
                ?? new Activity(name).SetParentId(context.TraceId, context.SpanId, context.TraceFlags).Start();
        }

        return activity?
            .SetTag("messaging.system", "gcp_pubsub")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.operation.name", "process")
            .SetTag("messaging.destination.name", arrival.Entrance.Name)
            .SetTag("messaging.destination.subscription.name", message.Delivery.Subscription)
            .SetTag("messaging.message.id", message.Delivery.MessageId)
            .SetTag("messaging.message.body.size", message.Data.Length)
            .SetTag("messaging.gcp_pubsub.message.delivery_attempt", message.Delivery.Attempt)
            .SetTag("cloudevents.event_id", arrival.Event?.Id)
            .SetTag("cloudevents.event_type", arrival.Event?.Type);
    }

    /// <summary>Marks the handling as failed, with the reason.</summary>
    public static void Fail(this Activity? activity, Exception failure) => activity?
        .SetStatus(ActivityStatusCode.Error, Shown.Plain(failure.Message, 1_000))
        .SetTag(
            "error.type",
            failure is RejectedEventException rejected ? rejected.Cause.Name() : failure.GetType().FullName);
}
