using EventPipeline.Ledger;
using EventPipeline.Status;

namespace EventPipeline.Commands;

/// <summary>What a service is asked of runs.</summary>
internal static class RunRequests
{
    private const int MaxPage = 1_000;

    /// <summary>The newest runs that pass a filter, newest first.</summary>
    public static Task<IReadOnlyList<RunSummary>> ListRunsAsync(
        this ServiceClient service, RunFilter filter, int limit, CancellationToken cancellationToken) =>
        service.ListAsync<RunSummary>(
            "runs",
            [("state", filter.State), ("mode", filter.Mode), ("since", filter.Since?.Text())],
            limit,
            MaxPage,
            cancellationToken);

    /// <summary>A run.</summary>
    /// <param name="service">The service.</param>
    /// <param name="runId">The run; null for the newest.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<RunDocument> FindRunAsync(
        this ServiceClient service, string? runId, CancellationToken cancellationToken)
    {
        runId ??= await service.ListRunsAsync(new RunFilter(null, null, null), 1, cancellationToken) is [var newest]
            ? newest.RunId
            : throw new UsageException("There is no run yet.");
        return await service.GetAsync<RunDocument>(AddressOf(runId), cancellationToken);
    }

    /// <summary>Cancels a run.</summary>
    public static Task<RunSummary> CancelRunAsync(
        this ServiceClient service, string runId, CancellationToken cancellationToken) =>
        service.PostAsync<RunSummary>($"{AddressOf(runId)}/cancel", cancellationToken);

    private static string AddressOf(string runId) => $"runs/{Uri.EscapeDataString(runId)}";
}
