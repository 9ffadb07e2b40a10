using System.Text.Json.Serialization;

namespace EventPipeline.Messages;

/// <summary>
/// Requests one window. The fan-out publishes it once per window, and an attempt that could not read all of it does so
/// again for the rest; Pub/Sub delivers it at least once.
/// Machines write it, so unknown fields are ignored: a rolled-back revision can read what a newer one published.
/// </summary>
/// <param name="RunId">The run that requests it.</param>
/// <param name="Mode">The run's mode.</param>
/// <param name="Vendor">The vendor's name.</param>
/// <param name="Account">The account's configured name.</param>
/// <param name="Report">The report's name.</param>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day, UTC, inclusive.</param>
/// <param name="Force">Also load what did not change.</param>
public sealed record FetchRequested(
    [property: JsonRequired] string RunId,
    [property: JsonRequired, JsonConverter(typeof(RunModeAsName))] RunMode Mode,
    [property: JsonRequired] string Vendor,
    [property: JsonRequired] string Account,
    [property: JsonRequired] string Report,
    [property: JsonRequired] DateOnly From,
    [property: JsonRequired] DateOnly To,
    bool Force = false)
{
    public const string EventType = "eventpipeline.fetch.requested.v1";

    /// <summary>
    /// How many days are read, proved and committed at a time; null for all of the window. Set when the window did not
    /// fit into one attempt.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StepDays { get; init; }

    /// <summary>How often in a row an attempt ran out of time over days that cannot be made fewer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TimesOutOfTime { get; init; }

    /// <summary>
    /// Other windows of the vendor and run that are read with it, so that they share a load job per table. Each ends by
    /// itself.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<RequestedWindow> Others { get; init; } = [];

    /// <summary>The requested window.</summary>
    [JsonIgnore]
    public Window Window => new(Vendor, Account, Report, From, To);

    /// <summary>A request for each of the windows, the first one first.</summary>
    public IEnumerable<FetchRequested> Each() => Others
        .Select(other => this with
        {
            Account = other.Account,
            Report = other.Report,
            From = other.From,
            To = other.To,
            Force = other.Force,
            Others = [],
        })
        .Prepend(this with { Others = [] });
}

/// <summary>How several windows of a vendor and run are requested at once.</summary>
/// <param name="RunId">The run that requests them.</param>
/// <param name="Mode">The run's mode.</param>
/// <param name="Vendor">The vendor's name.</param>
/// <param name="Windows">
/// The windows. An earlier revision misses the members of a single window and rejects the message: nothing of it is
/// dropped silently.
/// </param>
internal sealed record SharedFetchRequested(
    [property: JsonRequired] string RunId,
    [property: JsonRequired, JsonConverter(typeof(RunModeAsName))] RunMode Mode,
    [property: JsonRequired] string Vendor,
    [property: JsonRequired] IReadOnlyList<RequestedWindow> Windows);

/// <summary>One window of several.</summary>
/// <param name="Account">The account's configured name.</param>
/// <param name="Report">The report's name.</param>
/// <param name="From">The first day, UTC.</param>
/// <param name="To">The last day, UTC, inclusive.</param>
/// <param name="Force">Also load what did not change.</param>
public sealed record RequestedWindow(
    [property: JsonRequired] string Account,
    [property: JsonRequired] string Report,
    [property: JsonRequired] DateOnly From,
    [property: JsonRequired] DateOnly To,
    bool Force = false);
