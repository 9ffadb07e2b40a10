using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Messages;

namespace EventPipeline.Ledger;

/// <summary>Turns the windows of a plan into lines of <c>run_events</c>, one buffer for all.</summary>
internal sealed class PlanLine(RunPlan plan, string planId, DateTimeOffset recordedAt) : IDisposable
{
    private readonly JsonLine _line = new();

    /// <summary>The line; valid until the next call.</summary>
    /// <param name="planned">The window.</param>
    /// <param name="position">Where in the plan it is, from 0.</param>
    public ReadOnlyMemory<byte> Write(PlannedWindow planned, int position)
    {
        var window = planned.Window;
        _line.Restart(behind: 1);
        _line.Add("run_id"u8, plan.RunId);
        _line.Add("event"u8, RunHistory.WindowPlanned);
        _line.Add("mode"u8, plan.Mode.Name());
        _line.Add("window_id"u8, window.Id);
        _line.Add("vendor"u8, window.Vendor);
        _line.Add("account"u8, window.Account);
        _line.Add("report"u8, window.Report);
        _line.Add("window_start"u8, window.From);
        _line.Add("window_end"u8, window.To);
        _line.Add("state"u8, StoredPlan.StateOf(planned));
        _line.Add("reason"u8, planned.Why);
        _line.Add("details"u8, JsonSerializer.Serialize(
            new PlanPosition(position, planned.Force), StoredPlanJson.Default.PlanPosition));
        _line.Add("recorded_at"u8, recordedAt);
        _line.Add("plan_id"u8, planId);
        _line.End();
        _line.Written.Span[0] = (byte)'{';
        return _line.Written;
    }

    public void Dispose() => _line.Dispose();
}
