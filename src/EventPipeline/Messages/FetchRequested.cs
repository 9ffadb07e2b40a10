using System.Text.Json.Serialization;

namespace EventPipeline.Messages;

/// <summary>
/// Requests one window. The fan-out publishes it once per window; Pub/Sub delivers it at least once.
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

    /// <summary>The requested window.</summary>
    [JsonIgnore]
    public Window Window => new(Vendor, Account, Report, From, To);
}
