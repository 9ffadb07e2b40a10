using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// The parts of BigQuery's REST API v2 that are used: https://cloud.google.com/bigquery/docs/reference/rest. Every
/// request is safe to repeat, and is retried a few times if there is no response; only the bytes of an upload are sent
/// once, and the sender then asks what arrived.
/// </summary>
internal sealed class BigQueryClient(HttpClient http, IOptions<BigQueryOptions> options, TimeProvider clock)
{
    /// <summary>How long one try may take, its whole answer included.</summary>
    private static readonly TimeSpan TryLimit = TimeSpan.FromSeconds(60);

    private readonly ResiliencePipeline _repeated = new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<BigQueryException>(failure => failure.IsTransient),
            MaxRetryAttempts = 5,
            Delay = TimeSpan.FromMilliseconds(500),
            MaxDelay = TimeSpan.FromSeconds(8),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .Build();

    /// <summary>The project of jobs and datasets.</summary>
    public string Project => options.Value.ProjectId;

    /// <summary>Where jobs run: the datasets' location.</summary>
    public string Location => options.Value.Location;

    /// <summary>The most one query may bill, bytes.</summary>
    public long MaximumBytesBilled => options.Value.MaximumBytesBilled;

    /// <summary>How many load jobs one table takes in a day, failed ones included.</summary>
    public int MaxLoadJobsPerDay => options.Value.MaxLoadJobsPerDay;

    private string Resources => $"bigquery/v2/projects/{Uri.EscapeDataString(Project)}";

    /// <summary>datasets.get; null when the dataset does not exist.</summary>
    /// <exception cref="BigQueryException">The request was refused or got no response.</exception>
    public Task<Dataset?> GetDatasetAsync(string dataset, CancellationToken cancellationToken) =>
        FindAsync(
            $"{Resources}/datasets/{Uri.EscapeDataString(dataset)}", BigQueryJson.Default.Dataset, cancellationToken);

    /// <summary>tables.get; null when the table, or its dataset, does not exist.</summary>
    /// <exception cref="BigQueryException">The request was refused or got no response.</exception>
    public Task<Table?> GetTableAsync(string dataset, string table, CancellationToken cancellationToken) => FindAsync(
        $"{Resources}/datasets/{Uri.EscapeDataString(dataset)}/tables/{Uri.EscapeDataString(table)}",
        BigQueryJson.Default.Table,
        cancellationToken);

    /// <summary>jobs.get; null when there is no such job at <see cref="Location"/>.</summary>
    /// <exception cref="BigQueryException">The request was refused or got no response.</exception>
    public Task<Job?> GetJobAsync(string jobId, CancellationToken cancellationToken) => FindAsync(
        $"{Resources}/jobs/{Uri.EscapeDataString(jobId)}?location={Uri.EscapeDataString(Location)}",
        BigQueryJson.Default.Job,
        cancellationToken);

    /// <summary>jobs.insert, whose id makes a repetition harmless: 409 means that the job exists.</summary>
    /// <exception cref="BigQueryException">It was refused (<see cref="BigQueryException.IsDuplicate"/>), or got no
    /// response: the job may exist.</exception>
    public async Task<Job> InsertJobAsync(Job job, CancellationToken cancellationToken) => await RepeatAsync(
        () => Post($"{Resources}/jobs", job, BigQueryJson.Request.Job), BigQueryJson.Default.Job, cancellationToken)
        with { JobReference = job.JobReference };

    /// <summary>jobs.query, for statements that only read.</summary>
    /// <exception cref="BigQueryException">It was refused, failed or got no response.</exception>
    public Task<JobsQueryResponse> QueryAsync(JobsQueryRequest query, CancellationToken cancellationToken) =>
        RepeatAsync(
            () => Post($"{Resources}/queries", query, BigQueryJson.Request.JobsQueryRequest),
            BigQueryJson.Default.JobsQueryResponse,
            cancellationToken);

    /// <summary>jobs.getQueryResults: whether the job is complete and, if so, a page of its rows.</summary>
    /// <param name="jobId">The query's job.</param>
    /// <param name="pageToken">The page; null for the first.</param>
    /// <param name="timeoutMs">How long the server waits for the job.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="BigQueryException">The query failed, or the request was refused or got no response.</exception>
    public Task<JobsQueryResponse> GetQueryResultsAsync(
        string jobId, string? pageToken, int timeoutMs, CancellationToken cancellationToken)
    {
        var page = pageToken is null ? "" : $"&pageToken={Uri.EscapeDataString(pageToken)}";
        return RepeatAsync(
            () => Get($"{Results(jobId, timeoutMs)}&formatOptions.useInt64Timestamp=true{page}"),
            BigQueryJson.Default.JobsQueryResponse,
            cancellationToken);
    }

    /// <summary>
    /// jobs.getQueryResults without rows, asked once: whether the job of a statement is complete, as soon as it is.
    /// </summary>
    /// <param name="jobId">The statement's job.</param>
    /// <param name="timeoutMs">How long the server waits for the job.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="BigQueryException">The statement failed, or the request did: the job says which.</exception>
    public Task<JobsQueryResponse> WaitForQueryAsync(
        string jobId, int timeoutMs, CancellationToken cancellationToken) =>
        TryAsync(
            Get($"{Results(jobId, timeoutMs)}&maxResults=0"),
            (response, token) => ReadAsync(response, BigQueryJson.Default.JobsQueryResponse, token),
            cancellationToken);

    /// <summary>
    /// Begins a resumable upload (https://cloud.google.com/bigquery/docs/reference/api-uploads#resumable) and returns
    /// its session's address. The job does not exist until the last byte has arrived.
    /// </summary>
    /// <exception cref="BigQueryException">The request was refused or got no response.</exception>
    public Task<Uri> StartUploadAsync(Job job, CancellationToken cancellationToken) => RepeatAsync(
        () =>
        {
            var request = Post($"upload/{Resources}/jobs?uploadType=resumable", job, BigQueryJson.Request.Job);
            request.Headers.Add("X-Upload-Content-Type", "application/octet-stream");
            return request;
        },
        (response, _) => Task.FromResult(SessionAddress(response)),
        cancellationToken);

    /// <summary>Sends bytes of an upload once or, given none, asks how much has arrived.</summary>
    /// <param name="session">The session's address.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="range">
    /// <c>Content-Range</c>: which bytes they are, <c>bytes 0-524287/*</c>; to ask, <c>bytes */*</c>.
    /// </param>
    /// <param name="cancellationToken">Stops sending; the bytes may have arrived.</param>
    /// <exception cref="BigQueryException">It was refused or got no response: some or all of the bytes may have
    /// arrived.</exception>
    public Task<UploadAnswer> PutUploadAsync(
        Uri session, ReadOnlyMemory<byte> bytes, string range, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, session) { Content = new ReadOnlyMemoryContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Content.Headers.TryAddWithoutValidation("Content-Range", range);
        return TryAsync(request, ReadUploadAnswerAsync, cancellationToken);
    }

    /// <summary>Forgets an upload whose last byte was not sent.</summary>
    public async Task CancelUploadAsync(Uri session, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, session);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private string Results(string jobId, int timeoutMs) =>
        $"{Resources}/queries/{Uri.EscapeDataString(jobId)}?location={Uri.EscapeDataString(Location)}"
        + FormattableString.Invariant($"&timeoutMs={timeoutMs}");

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    private static HttpRequestMessage Post<T>(string path, T body, JsonTypeInfo<T> type) =>
        new(HttpMethod.Post, path) { Content = JsonContent.Create(body, type) };

    private static async Task<UploadAnswer> ReadUploadAnswerAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.PermanentRedirect)
        {
            return new UploadAnswer(0, await ReadAsync(response, BigQueryJson.Default.Job, cancellationToken));
        }

        // 308 is "resume incomplete" here. Range names the last byte that arrived, as "bytes=0-42" or "0-42"; without
        // it none has.
        var range = response.Headers.TryGetValues("Range", out var values) ? values.First() : null;
        if (range is null)
        {
            return new UploadAnswer(0, null);
        }

        return long.TryParse(
            range[(range.LastIndexOf('-') + 1)..], System.Globalization.NumberStyles.None, null, out var last)
            ? new UploadAnswer(last + 1, null)
            : throw new JsonException($"The Range '{range}' cannot be read.");
    }

    private static async Task<T> ReadAsync<T>(
        HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync(type, cancellationToken)
            ?? throw new JsonException("The response is null.");

    private static async Task<BigQueryException> RefusedAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ErrorBody? body = null;
        try
        {
            body = (
                await response.Content.ReadFromJsonAsync(BigQueryJson.Default.ErrorAnswer, cancellationToken))?.Error;
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or HttpRequestException)
        {
            // A proxy, or a cut connection: the status says enough.
        }

        var error = body?.Errors is [var first, ..] ? first : new ErrorProto(null, null, null);
        return new BigQueryException(response.StatusCode, error with
        {
            Reason = error.Reason ?? UsualReason(response.StatusCode),
            Message = body?.Message ?? error.Message
                ?? $"BigQuery answered {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd(),
        });
    }

    private static string? UsualReason(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Forbidden => "accessDenied",
        HttpStatusCode.NotFound => "notFound",
        HttpStatusCode.Conflict => "duplicate",
        _ => null,
    };

    /// <summary>Where the session is. The credential goes to the configured host and to Google, nowhere else.</summary>
    private Uri SessionAddress(HttpResponseMessage response)
    {
        var location = response.Headers.Location
            ?? throw new JsonException("The response to the start of an upload has no Location.");
        var address = new Uri(http.BaseAddress!, location);
        var isTrusted = address.Authority == http.BaseAddress!.Authority && address.Scheme == http.BaseAddress.Scheme;
        var isGoogles = address.Scheme == Uri.UriSchemeHttps && address.IsDefaultPort
            && address.Host.EndsWith(".googleapis.com", StringComparison.OrdinalIgnoreCase);

        // An emulator behind a mapped port returns an address that only it can reach; the session lives where it was
        // requested.
        return isTrusted || isGoogles ? address : new Uri(http.BaseAddress, address.PathAndQuery);
    }

    private async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await RepeatAsync(() => Get(path), type, cancellationToken);
        }
        catch (BigQueryException missing) when (missing.IsNotFound)
        {
            return null;
        }
    }

    private Task<T> RepeatAsync<T>(
        Func<HttpRequestMessage> request, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        RepeatAsync(request, (response, token) => ReadAsync(response, type, token), cancellationToken);

    private async Task<T> RepeatAsync<T>(
        Func<HttpRequestMessage> request,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) =>
        await _repeated.ExecuteAsync(async token => await TryAsync(request(), read, token), cancellationToken);

    private async Task<T> TryAsync<T>(
        HttpRequestMessage request,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TryLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using (request)
            using (var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token))
            {
                return response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.PermanentRedirect
                    ? await read(response, either.Token)
                    : throw await RefusedAsync(response, either.Token);
            }
        }
        catch (OperationCanceledException late) when (
            limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw BigQueryException.Lost(
                $"BigQuery at {http.BaseAddress} did not answer within {TryLimit.TotalSeconds:0} s.", late);
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException)
        {
            throw BigQueryException.Lost($"BigQuery cannot be reached at {http.BaseAddress}: {cut.Message}", cut);
        }
        catch (JsonException strange)
        {
            throw BigQueryException.Lost(
                $"The response from {http.BaseAddress} is not from BigQuery: is BigQuery__BaseAddress right?", strange);
        }
    }
}

/// <summary>What an upload's session reports.</summary>
/// <param name="Received">How many bytes have arrived, from the first on.</param>
/// <param name="Job">The job, once the last byte has arrived.</param>
internal sealed record UploadAnswer(long Received, Job? Job);
