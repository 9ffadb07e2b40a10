using System.Net;
using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Status;
using Microsoft.AspNetCore.Mvc;

namespace EventPipeline.Commands;

/// <summary>Asks a service what operators ask over HTTP.</summary>
/// <exception cref="UsageException">It has no such run, or refuses an argument.</exception>
/// <exception cref="TransientFailureException">It cannot be reached, does not let the caller in, or failed.</exception>
internal sealed class ServiceClient(HttpClient http)
{
    private const int MaxPage = 500;

    /// <summary>The newest runs that pass a filter, newest first.</summary>
    public async Task<IReadOnlyList<RunSummary>> ListRunsAsync(
        RunFilter filter, int limit, CancellationToken cancellationToken)
    {
        var runs = new List<RunSummary>();
        var next = "runs" + QueryString.Create(new Dictionary<string, string?>
        {
            ["state"] = filter.State,
            ["mode"] = filter.Mode,
            ["since"] = filter.Since?.Text(),
            ["limit"] = $"{Math.Min(limit, MaxPage)}",
        }.Where(parameter => parameter.Value is not null));
        while (next is not null && runs.Count < limit)
        {
            using var answer = await SendAsync(HttpMethod.Get, next, cancellationToken);
            runs.AddRange(await ReadAsync<List<RunSummary>>(answer, cancellationToken));
            next = NextOf(answer);
        }

        return [.. runs.Take(limit)];
    }

    /// <summary>A run.</summary>
    /// <param name="runId">The run; null for the newest.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RunDocument> FindRunAsync(string? runId, CancellationToken cancellationToken)
    {
        runId ??= await ListRunsAsync(new RunFilter(null, null, null), 1, cancellationToken) is [var newest]
            ? newest.RunId
            : throw new UsageException("There is no run yet.");
        using var answer = await SendAsync(HttpMethod.Get, AddressOf(runId), cancellationToken);
        return await ReadAsync<RunDocument>(answer, cancellationToken);
    }

    /// <summary>Cancels a run.</summary>
    public async Task<RunSummary> CancelRunAsync(string runId, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"{AddressOf(runId)}/cancel", cancellationToken);
        return await ReadAsync<RunSummary>(answer, cancellationToken);
    }

    private static string AddressOf(string runId) => $"runs/{Uri.EscapeDataString(runId)}";

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address);
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, cancellationToken);
        }
        catch (Exception failure) when (
            failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new TransientFailureException(
                $"The service at {http.BaseAddress} cannot be reached: {failure.Message}", failure);
        }

        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            var problem = await ProblemAsync(answer, cancellationToken);
            throw answer.StatusCode switch
            {
                HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Conflict =>
                    new UsageException(problem),
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new TransientFailureException(
                    $"The service at {http.BaseAddress} does not let you in: {problem} Whose token is sent, and for "
                        + "which audience, --operator and --audience say."),
                _ => new TransientFailureException($"The service at {http.BaseAddress} failed: {problem}"),
            };
        }
    }

    /// <summary>What the service says of its refusal; a proxy in front of it says less.</summary>
    private static async Task<string> ProblemAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            if (await answer.Content.ReadFromJsonAsync<ProblemDetails>(cancellationToken) is { Detail: { } detail })
            {
                return detail;
            }
        }
        catch (JsonException)
        {
            // not the service's own answer
        }

        return $"it answered {(int)answer.StatusCode}.";
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            return (await answer.Content.ReadFromJsonAsync<T>(ApiJson.Options, cancellationToken))!;
        }
        catch (Exception failure) when (failure is JsonException or HttpRequestException)
        {
            throw new TransientFailureException(
                $"What {http.BaseAddress} answered is not this service's: {failure.Message}", failure);
        }
    }

    /// <summary>The address in the Link header that leads to the next page; null on the last.</summary>
    private static string? NextOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Link", out var links) && links.FirstOrDefault() is { } link
            ? link[(link.IndexOf('<', StringComparison.Ordinal) + 1)..link.IndexOf('>', StringComparison.Ordinal)]
            : null;
}
