using System.Text.Json.Serialization;

namespace EventPipeline.Messages;

/// <summary>Announces to consumers of the data that a run has ended.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Mode">The run's mode.</param>
/// <param name="Outcome">
/// <c>completed</c>, or <c>failed</c> when a window was rejected or failed, or every report of an account was refused;
/// <c>cancelled</c> when a person ended it before all of it was read.
/// </param>
/// <param name="Totals">What was read.</param>
public sealed record RunCompleted(
    string RunId, [property: JsonConverter(typeof(RunModeAsName))] RunMode Mode, string Outcome, RunTotals Totals)
{
    public const string EventType = "eventpipeline.run.completed.v1";

    /// <summary>
    /// Windows that are missing because a credential may not read their reports; absent where there are none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int RefusedWindows { get; init; }
}
