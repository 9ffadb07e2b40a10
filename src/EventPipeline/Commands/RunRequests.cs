using System.Text.Json.Nodes;
using EventPipeline.FanOut;
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

    /// <summary>Decides about a run.</summary>
    /// <param name="service">The service.</param>
    /// <param name="runId">The run.</param>
    /// <param name="verb"><c>cancel</c>, <c>pause</c> or <c>resume</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<RunSummary> DecideRunAsync(
        this ServiceClient service, string runId, string verb, CancellationToken cancellationToken) =>
        service.PostAsync<RunSummary>($"{AddressOf(runId)}/{verb}", cancellationToken);

    /// <summary>What a run would come to.</summary>
    public static Task<RunEstimate> EstimateRunAsync(
        this ServiceClient service, JsonObject body, CancellationToken cancellationToken) =>
        service.PostAsync<RunEstimate>("run-daily-job/estimate", body, cancellationToken);

    /// <summary>Requests a run.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> RequestRunAsync(
        this ServiceClient service, JsonObject body, CancellationToken cancellationToken) =>
        (await service.PostAsync<RunDailyJobEndpoint.Accepted>("run-daily-job", body, cancellationToken)).RunId;

    private static string AddressOf(string runId) => $"runs/{Uri.EscapeDataString(runId)}";
}
