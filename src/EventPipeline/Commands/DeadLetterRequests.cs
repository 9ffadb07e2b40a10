using System.Text.Json;
using EventPipeline.DeadLetters;

namespace EventPipeline.Commands;

/// <summary>What a service is asked of dead letters.</summary>
internal static class DeadLetterRequests
{
    private const string Path = "dead-letters";
    private const int MaxPage = 1_000;

    /// <summary>Dead letters that pass a filter, most recently seen first.</summary>
    public static Task<IReadOnlyList<DeadLetterSummary>> ListDeadLettersAsync(
        this ServiceClient service, DeadLetterFilter filter, int limit, CancellationToken cancellationToken) =>
        service.ListAsync<DeadLetterSummary>(Path, ParametersOf(filter), limit, MaxPage, cancellationToken);

    /// <summary>The same by cause and by whom they concern, the largest group first.</summary>
    public static Task<IReadOnlyList<DeadLetterGroup>> GroupDeadLettersAsync(
        this ServiceClient service, DeadLetterFilter filter, CancellationToken cancellationToken) =>
        service.GetAsync<IReadOnlyList<DeadLetterGroup>>(
            $"{Path}/groups{ServiceClient.Query(ParametersOf(filter))}", cancellationToken);

    /// <summary>One as it is listed.</summary>
    public static Task<DeadLetterSummary> GetDeadLetterAsync(
        this ServiceClient service, string id, CancellationToken cancellationToken) =>
        service.GetAsync<DeadLetterSummary>(AddressOf(id), cancellationToken);

    /// <summary>One with everything that is known of it.</summary>
    public static Task<JsonElement> FindDeadLetterAsync(
        this ServiceClient service, string id, CancellationToken cancellationToken) =>
        service.GetAsync<JsonElement>(AddressOf(id), cancellationToken);

    /// <summary>Publishes one again.</summary>
    public static Task<DeadLetterSummary> ReplayDeadLetterAsync(
        this ServiceClient service, string id, bool force, CancellationToken cancellationToken) =>
        service.PostAsync<DeadLetterSummary>(
            $"{AddressOf(id)}/replay{(force ? "?force=true" : "")}", cancellationToken);

    /// <summary>Leaves one alone from now on.</summary>
    public static Task<DeadLetterSummary> DiscardDeadLetterAsync(
        this ServiceClient service, string id, CancellationToken cancellationToken) =>
        service.PostAsync<DeadLetterSummary>($"{AddressOf(id)}/discard", cancellationToken);

    private static string AddressOf(string id) => $"{Path}/{Uri.EscapeDataString(id)}";

    private static IEnumerable<(string Name, string? Value)> ParametersOf(DeadLetterFilter filter) =>
    [
        ("state", filter.State),
        ("cause", filter.Cause),
        ("vendor", filter.Vendor),
        ("account", filter.Account),
        ("run", filter.RunId),
        ("since", filter.Since?.Text()),
    ];
}
