using System.Diagnostics;

namespace EventPipeline.Telemetry;

/// <summary>Records on the current span which run and window it works for.</summary>
internal static class RunSpan
{
    public static void Describe(string runId, RunMode mode) =>
        Activity.Current?.SetTag("eventpipeline.run.id", runId).SetTag("eventpipeline.mode", mode.Name());

    public static void Describe(Window window) => Activity.Current?
        .SetTag("eventpipeline.vendor", window.Vendor)
        .SetTag("eventpipeline.account", window.Account)
        .SetTag("eventpipeline.report", window.Report)
        .SetTag("eventpipeline.window.from", $"{window.From:yyyy-MM-dd}")
        .SetTag("eventpipeline.window.to", $"{window.To:yyyy-MM-dd}");

    public static void Ended(string state, long rows) =>
        Activity.Current?.SetTag("eventpipeline.window.state", state).SetTag("eventpipeline.window.rows", rows);
}
