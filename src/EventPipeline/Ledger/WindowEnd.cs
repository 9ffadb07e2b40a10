using System.Text.Json.Serialization;
using EventPipeline.Load;

namespace EventPipeline.Ledger;

/// <summary>How a window of a run ended.</summary>
internal sealed record WindowEnd(
    string State, long Rows, long Tokens, SumsByBasis Money, string? LoadId, string? Reason, EndDetails Details)
{
    /// <summary>How long the attempt that ended it took; null if no attempt did.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The end of a window that succeeded.</summary>
    public static WindowEnd FromOutcome(LoadOutcome outcome, IEnumerable<string> drift) => new(
        outcome.State, outcome.Rows, outcome.Tokens, outcome.Money, outcome.LoadId, null,
        new EndDetails(outcome.Differences.Count > 0 ? outcome.Differences : null, [.. drift]));

    /// <summary>The end of a window whose last days ended like this, and whose others were committed before.</summary>
    /// <param name="earlier">What those add up to; null if there are none.</param>
    /// <exception cref="OverflowException">Together they are more than any column holds.</exception>
    public WindowEnd After(WindowEnd? earlier) => earlier is null ? this : this with
    {
        State = IsHigher(earlier) ? earlier.State : State,
        Rows = checked(earlier.Rows + Rows),
        Tokens = checked(earlier.Tokens + Tokens),
        Money = SumsByBasis.Total([earlier.Money, Money]),
        LoadId = IsHigher(earlier) ? earlier.LoadId : LoadId,
    };

    /// <summary>The end of a window whose report the vendor does not let the account's credential read.</summary>
    public static WindowEnd Refused(RejectedEventException refused)
    {
        var end = Failure(WindowState.Refused, $"{refused.Message} {refused.Hint}");
        return end with { Details = end.Details with { Refusal = refused.Refusal } };
    }

    private bool IsHigher(WindowEnd other) => WindowState.Rank(other.State) < WindowState.Rank(State);

    /// <summary>The end of a window that did not succeed: <c>rejected</c> or <c>failed</c>.</summary>
    public static WindowEnd Failure(string state, string reason) =>
        new(state, 0, 0, SumsByBasis.None, null, reason, new EndDetails(null, []));
}

/// <summary>Further details of an end.</summary>
/// <param name="Differences">For a dry run: what would change, per day.</param>
/// <param name="Drift">What the vendor sent beyond its documentation.</param>
internal sealed record EndDetails(IReadOnlyList<SliceDifference>? Differences, IReadOnlyList<string> Drift)
{
    /// <summary>Money of the bases that the event has no columns for; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, decimal>? OtherUsd { get; init; }

    /// <summary>How the vendor refused the report; null where it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CredentialRefusal? Refusal { get; init; }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, Converters = [typeof(DecimalAsString)])]
[JsonSerializable(typeof(EndDetails))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class EndDetailsJson : JsonSerializerContext;
