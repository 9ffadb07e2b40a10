using System.Diagnostics;

namespace EventPipeline.Trigger;

/// <summary>Continues the trace that a message belongs to, so that one run is one trace.</summary>
internal static class MessageTrace
{
    /// <summary>The name that telemetry listens to.</summary>
    public const string SourceName = "EventPipeline";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts the handling of a message under the trace that it names; without one, under the request's own.</summary>
    public static Activity? Start(string name, PushedMessage message)
    {
        var parent = Value("traceparent") ?? Value("ce-traceparent") ?? Value("googclient_traceparent");
        if (!ActivityContext.TryParse(parent, Value("tracestate"), isRemote: true, out var context))
        {
            return Source.StartActivity(name, ActivityKind.Consumer);
        }

        // Also without a listener the trace has to go on: what is published from here carries it.
        return Source.StartActivity(name, ActivityKind.Consumer, context) ?? new Activity(name).SetParentId(parent!).Start();

        string? Value(string key) => message.Attributes.FirstOrDefault(attribute => attribute.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;
    }
}
