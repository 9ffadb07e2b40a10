using System.Security.Cryptography;
using System.Text;

namespace EventPipeline.Load;

/// <summary>What commits a step: a row per day, inserted at once.</summary>
/// <param name="request">What was to be loaded.</param>
/// <param name="loadId">The load.</param>
/// <param name="readBegan">When it began to read, UTC.</param>
/// <param name="before">What was shown of each day then.</param>
internal sealed class StepCommit(
    LoadRequest request, string loadId, DateTimeOffset readBegan, IReadOnlyDictionary<DateOnly, Row> before)
{
    /// <summary>
    /// The same for every delivery of the step: the first that comes so far commits it, and what the others have loaded
    /// stays invisible, as far as <see cref="Commits"/> can tell.
    /// </summary>
    public string Id => $"commit_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Name)))}";

    // The only step of a window is named as windows were before there were steps.
    private string Name => request.Window == request.Whole
        ? $"{request.RunId}\n{request.Whole.Id}"
        : $"{request.RunId}\n{request.Whole.Id}\n{request.Window.Id}";

    /// <summary>The rows, one a day.</summary>
    /// <param name="days">The days of the step.</param>
    /// <param name="outcome">How the window ended, for the day that records it.</param>
    public IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows(
        IEnumerable<JudgedDay> days, Func<DateOnly, string?> outcome) =>
        [.. days.Select(day => Row(day, outcome(day.Day)))];

    private Dictionary<string, object?> Row(JudgedDay day, string? outcome) => new()
    {
        ["vendor"] = request.Window.Vendor,

        // Rows that stay are found under the id they were stored with, which may have been merged since.
        ["account_id"] = day.LoadId == loadId ? request.AccountId : day.Before!.Text("stored_account_id"),
        ["account"] = request.Window.Account,
        ["report"] = request.Window.Report,
        ["usage_date"] = day.Day,
        ["load_id"] = day.LoadId,
        ["read_began"] = ReadBegan(day),
        ["follows"] = IsRestored(day) ? null : Follows(day.Day),
        ["row_count"] = day.Kept?.GetInt64("row_count") ?? day.Read.Rows,
        ["tokens"] = day.Kept?.GetInt64("tokens") ?? day.Read.Tokens,
        ["amount_usd"] = day.Kept?.Exact("amount_usd") ?? day.Read.Money.BilledUsd,
        ["estimated_usd"] = day.Kept?.Exact("estimated_usd") ?? day.Read.Money.EstimatedUsd,
        ["digest"] = day.Kept?.Text("digest") ?? day.Read.Digest,
        ["grain"] = day.Kept?.Text("grain") ?? request.GrainOf(day.Read.Grain),
        ["normaliser_version"] = day.Kept?.GetInt64("normaliser_version") ?? request.Report.NormaliserVersion,
        ["state"] = day.State,
        ["pinned"] = IsRestored(day),
        ["run_id"] = request.RunId,
        ["window_id"] = request.Whole.Id,
        ["message_id"] = request.MessageId,
        ["window_outcome"] = outcome,
    };

    /// <summary>
    /// What stays because a person restored it says nothing of what was read: a forced read replaces it, whenever it
    /// began.
    /// </summary>
    private DateTimeOffset ReadBegan(JudgedDay day) =>
        IsRestored(day) && day.Before!.Timestamp("read_began") is var restored && restored < readBegan
            ? restored
            : readBegan;

    private static bool IsRestored(JudgedDay day) => day.KeptFor == KeepReason.Restored;

    /// <summary>
    /// Just after the read that this one is known to follow, if the clocks say otherwise; null if they do not. Reads
    /// that follow the same one keep their own order: a microsecond for each second since the day began.
    /// </summary>
    private DateTimeOffset? Follows(DateOnly day) =>
        before.TryGetValue(day, out var shown) && shown.Timestamp("read_began") is var last && last >= readBegan
        ? last.AddMicroseconds(
            1
                + Math.Max(
                    0,
                    Math.Floor((readBegan - day.Start()).TotalSeconds)))
        : null;
}
