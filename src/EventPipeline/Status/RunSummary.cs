using System.Text.Json.Serialization;
using EventPipeline.Ledger;
using EventPipeline.Messages;

namespace EventPipeline.Status;

/// <summary>A run without its windows; what its fields mean, <see cref="RunDocument"/> says.</summary>
internal sealed record RunSummary(
    string? Label,
    string RunId,
    string State,
    string Mode,
    DateOnly? From,
    DateOnly? To,
    DateTimeOffset RequestedAt,
    DateTimeOffset? EndedAt,
    int Windows,
    int Pending,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    int RefusedWindows,
    RunTotals Totals,
    DateTimeOffset? LastEventAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    double? SilentForHours,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Reason)
{
    public static RunSummary FromDocument(RunDocument run, DataLabel label) => new(
        label.Text,
        run.RunId,
        run.State,
        run.Mode,
        run.From,
        run.To,
        run.RequestedAt,
        run.EndedAt,
        run.Windows.Count,
        run.Pending,
        run.RefusedWindows,
        run.Totals,
        run.LastEventAt,
        run.SilentForHours,
        run.Reason);
}
