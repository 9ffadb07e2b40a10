using System.Text.Json;
using System.Text.Json.Serialization;
using EventPipeline.Load;

namespace EventPipeline.Ledger;

/// <summary>
/// The end of a window that succeeded, as its commit records it in <c>slice_versions.window_outcome</c>. Shown and
/// counted, it is an event like the others.
/// </summary>
/// <param name="From">The window's first day, UTC.</param>
/// <param name="To">The window's last day, UTC, inclusive.</param>
/// <param name="State"><c>loaded</c>, <c>empty</c> or <c>unchanged</c>.</param>
/// <param name="Rows">Rows read.</param>
/// <param name="Tokens">Tokens read.</param>
/// <param name="Usd">Billed money read, US dollars.</param>
/// <param name="EstimatedUsd">Estimated money read, US dollars.</param>
/// <param name="LoadId">The load that holds the rows.</param>
/// <param name="Attempt">Which attempt it was; null if Pub/Sub does not say.</param>
/// <param name="Details">Further details.</param>
internal sealed record WindowOutcome(
    DateOnly From,
    DateOnly To,
    string State,
    long Rows,
    long Tokens,
    decimal Usd,
    decimal EstimatedUsd,
    string? LoadId,
    int? Attempt,
    EndDetails Details)
{
    /// <summary>How a window ended, as JSON.</summary>
    public static string Write(Window window, WindowEnd end, int? attempt) => JsonSerializer.Serialize(
        new WindowOutcome(
            window.From,
            window.To,
            end.State,
            end.Rows,
            end.Tokens,
            end.Money.BilledUsd,
            end.Money.EstimatedUsd,
            end.LoadId,
            attempt,
            end.Details with { OtherUsd = end.Money.OtherUsd }),
        WindowOutcomeJson.Default.WindowOutcome);

    /// <summary>
    /// Events as they are read: what a window has committed becomes its end, everything else stays as it is.
    /// </summary>
    public static IReadOnlyList<Row> ReadAll(IEnumerable<Row> events) => [.. events.Select(Read)];

    private static Row Read(Row row)
    {
        if (row.Text("event") != RunHistory.WindowCommitted)
        {
            return row;
        }

        var outcome = JsonSerializer.Deserialize(row.Text("details"), WindowOutcomeJson.Default.WindowOutcome)!;
        return new Row(new Dictionary<string, object?>(row.Values)
        {
            ["event"] = RunHistory.WindowEnded,
            ["window_start"] = outcome.From,
            ["window_end"] = outcome.To,
            ["state"] = outcome.State,
            ["row_count"] = outcome.Rows,
            ["tokens"] = outcome.Tokens,
            ["amount_usd"] = outcome.Usd,
            ["estimated_usd"] = outcome.EstimatedUsd,
            ["load_id"] = outcome.LoadId,
            ["attempt"] = (long?)outcome.Attempt,
            ["details"] = JsonSerializer.Serialize(outcome.Details, EndDetailsJson.Default.EndDetails),
        });
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(DecimalAsString)])]
[JsonSerializable(typeof(WindowOutcome))]
internal sealed partial class WindowOutcomeJson : JsonSerializerContext;
