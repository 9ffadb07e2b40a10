using System.Text.Json.Serialization;
using EventPipeline.Load;

namespace EventPipeline.Ledger;

/// <summary>How a window of a run ended.</summary>
internal sealed record WindowEnd(
    string State, long Rows, long Tokens, SumsByBasis Money, string? LoadId, string? Reason, EndDetails Details)
{
    /// <summary>How long the attempt took that ended it; null where no attempt did.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The end of a window that came to something.</summary>
    public static WindowEnd FromOutcome(LoadOutcome outcome, IEnumerable<string> drift) => new(
        outcome.State, outcome.Rows, outcome.Tokens, outcome.Money, outcome.LoadId, null,
        new EndDetails(outcome.Differences.Count > 0 ? outcome.Differences : null, [.. drift]));

    /// <summary>The end of a window that came to nothing: <c>rejected</c> or <c>failed</c>.</summary>
    public static WindowEnd Failure(string state, string reason) =>
        new(state, 0, 0, SumsByBasis.None, null, reason, new EndDetails(null, []));
}

/// <summary>What else is worth telling of an end.</summary>
/// <param name="Differences">Of a dry run: per day what would change.</param>
/// <param name="Drift">What the vendor sent beyond its documentation.</param>
internal sealed record EndDetails(IReadOnlyList<SliceDifference>? Differences, IReadOnlyList<string> Drift)
{
    /// <summary>Money of the bases that the event has no columns for; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, decimal>? OtherUsd { get; init; }

    /// <summary>Which delivery recorded the end, and tells of it; null where nobody does.</summary>
    public string? Teller { get; init; }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, Converters = [typeof(DecimalAsString)])]
[JsonSerializable(typeof(EndDetails))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class EndDetailsJson : JsonSerializerContext;
