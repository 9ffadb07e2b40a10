using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;

namespace EventPipeline.Commands;

/// <summary>Asks a service what operators ask over HTTP.</summary>
/// <exception cref="UsageException">There is no such thing, or an argument is wrong.</exception>
/// <exception cref="ConflictException">It does not do that to it as it is.</exception>
/// <exception cref="TransientFailureException">It cannot be reached, does not let the caller in, or failed.</exception>
/// <param name="http">Sends to its address.</param>
/// <param name="isAtWork">Whether it delivers messages; if not, what is unfinished stays so.</param>
/// <param name="isOwn">Whether it ends with the command.</param>
internal sealed class ServiceClient(HttpClient http, bool isAtWork, bool isOwn)
{
    public Uri Address => http.BaseAddress!;

    public bool IsAtWork => isAtWork;

    public bool IsOwn => isOwn;

    /// <summary>What is at an address.</summary>
    public async Task<T> GetAsync<T>(string address, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, address, cancellationToken);
        return await ReadAsync<T>(answer, cancellationToken);
    }

    /// <summary>What a request without a body answers.</summary>
    public async Task<T> PostAsync<T>(string address, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, address, cancellationToken);
        return await ReadAsync<T>(answer, cancellationToken);
    }

    /// <summary>What a request with a body answers.</summary>
    public async Task<T> PostAsync<T>(string address, JsonObject body, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(body);
        using var answer = await SendAsync(HttpMethod.Post, address, cancellationToken, content);
        return await ReadAsync<T>(answer, cancellationToken);
    }

    /// <summary>A list, page by page.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="filter">Its query parameters; those without a value are left out.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="maxPage">How many the service gives at most on a page.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<T>> ListAsync<T>(
        string path,
        IEnumerable<(string Name, string? Value)> filter,
        int limit,
        int maxPage,
        CancellationToken cancellationToken)
    {
        var all = new List<T>();
        var next = path + Query([.. filter, ("limit", $"{Math.Min(limit, maxPage)}")]);
        while (next is not null && all.Count < limit)
        {
            using var answer = await SendAsync(HttpMethod.Get, next, cancellationToken);
            all.AddRange(await ReadAsync<List<T>>(answer, cancellationToken));
            next = NextOf(answer);
        }

        return [.. all.Take(limit)];
    }

    /// <summary>The query parameters that have a value.</summary>
    public static string Query(IEnumerable<(string Name, string? Value)> parameters) => QueryString.Create(
        parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Name, one.Value)))
        .ToString();

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string address, CancellationToken cancellationToken, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
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
                HttpStatusCode.BadRequest or HttpStatusCode.NotFound => new UsageException(problem),
                HttpStatusCode.Conflict => new ConflictException(problem),
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
