using EventPipeline.Vendors.Contract;

namespace EventPipeline.Load;

/// <summary>What one attempt is to load, for whom, and who asked.</summary>
/// <param name="RunId">The run that asks.</param>
/// <param name="Mode">What to do with what is read.</param>
/// <param name="Window">The days to read: a window, or one step of it.</param>
/// <param name="AccountId">The account's id in the tables.</param>
/// <param name="Report">The report, for its normaliser's version.</param>
/// <param name="Force">Whether unchanged days are loaded too.</param>
/// <param name="MessageId">The Pub/Sub message that asked, where known.</param>
internal sealed record LoadRequest(
    string RunId, RunMode Mode, Window Window, string AccountId, Report Report, bool Force, string? MessageId)
{
    private const string Hashed = "+hashed_emails";

    /// <summary>The window that the days are a step of; the days themselves where they are all of it.</summary>
    public Window Whole { get; init; } = Window;

    /// <summary>Every id that slices of the account are stored under: its own, and those merged into it.</summary>
    public IReadOnlyList<string> StoredIds { get; init; } = [AccountId];

    /// <summary>When it is loaded at the latest, UTC, whomever it might share a load job with.</summary>
    public DateTimeOffset LoadBy { get; init; }

    /// <summary>
    /// Whether e-mail addresses are hashed. Slices say so behind their grain: rows with hashes and rows without are no
    /// restatement of each other, but their totals may be.
    /// </summary>
    public bool HashesEmails { get; init; }

    /// <summary>The grain of a slice.</summary>
    /// <param name="grain">The grain of its rows; empty where it has none.</param>
    public string GrainOf(string grain) => HashesEmails && grain.Length > 0 ? grain + Hashed : grain;

    /// <summary>The grain of the rows of a slice.</summary>
    public static string RowsOf(string sliceGrain) =>
        sliceGrain.EndsWith(Hashed, StringComparison.Ordinal) ? sliceGrain[..^Hashed.Length] : sliceGrain;

    /// <summary>
    /// Whether a day may have more rows after another day began. Where it may not, a day that says what it said before
    /// is dropped as soon as the next one begins.
    /// </summary>
    public bool DaysComeAgain { get; init; }
}

/// <summary>
/// A day had more rows after it was dropped: the window has to be read again as one whose days come again. Nothing was
/// loaded.
/// </summary>
internal sealed class DayCameAgainException(Window window, DateOnly day)
    : Exception($"{window}: {day:yyyy-MM-dd} had more rows after the next day had begun.");

/// <summary>What one attempt came to.</summary>
/// <param name="State"><c>loaded</c>, <c>empty</c> or <c>unchanged</c>: the highest of its days'.</param>
/// <param name="Rows">Rows read.</param>
/// <param name="Tokens">Tokens read.</param>
/// <param name="Money">Money read, US dollars of every basis.</param>
/// <param name="LoadId">The load that holds the rows; null after a dry run.</param>
/// <param name="Differences">Per day what a dry run would change; empty otherwise.</param>
internal sealed record LoadOutcome(
    string State,
    long Rows,
    long Tokens,
    SumsByBasis Money,
    string? LoadId,
    IReadOnlyList<SliceDifference> Differences);

/// <summary>What a dry run found for one day.</summary>
/// <param name="Day">The UTC day.</param>
/// <param name="Change"><c>new</c>, <c>changed</c> or <c>unchanged</c>.</param>
/// <param name="Before">What the dataset shows now; null when the day was never read.</param>
/// <param name="After">What was read.</param>
public sealed record SliceDifference(DateOnly Day, string Change, SliceTotals? Before, SliceTotals After);

/// <summary>The totals of one day.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Tokens">Tokens.</param>
public sealed record SliceTotals(long Rows, long Tokens) : ReportedMoney;

/// <summary>The states of a window, as stored and shown.</summary>
internal static class WindowState
{
    public const string Loaded = "loaded";
    public const string Empty = "empty";
    public const string Unchanged = "unchanged";
    public const string Skipped = "skipped";
    public const string Refused = "refused";
    public const string Rejected = "rejected";
    public const string Failed = "failed";

    /// <summary>
    /// Success before failure, and of successes the one that did most: the order of deliveries does not matter.
    /// </summary>
    private static readonly string[] Highest = [Loaded, Empty, Unchanged, Skipped, Refused, Rejected, Failed];

    /// <summary>Every state that a window ends in.</summary>
    public static IReadOnlyList<string> All => Highest;

    public static int Rank(string state) => Array.IndexOf(Highest, state);

    public static bool IsSuccess(string state) => state is Loaded or Empty or Unchanged;

    public static bool IsFailure(string state) => state is Rejected or Failed;
}
