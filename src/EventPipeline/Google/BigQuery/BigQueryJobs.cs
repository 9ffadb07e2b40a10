using System.Net;

namespace EventPipeline.Google.BigQuery;

/// <summary>Jobs from their start to their end.</summary>
internal sealed class BigQueryJobs(BigQueryClient client, TimeProvider clock)
{
    private const int StatementWaitMs = 10_000;
    private static readonly Backoff Backoff = new(TimeSpan.FromMilliseconds(100), 1.5, TimeSpan.FromSeconds(2));

    // A load takes a few seconds, and no request waits for it on the server.
    private static readonly Backoff LoadBackoff = new(TimeSpan.FromMilliseconds(250), 2, TimeSpan.FromSeconds(4));

    /// <summary>The name of a job in the configured project and location.</summary>
    public JobReference Reference(string jobId) => new(client.Project, jobId, client.Location);

    /// <summary>The name of a load job into a table.</summary>
    public JobReference OfLoad(TableReference table, string loadId) =>
        Reference($"load-{table.DatasetId}-{table.TableId}-{StatementId.Require(loadId)}");

    /// <summary>How messages name a job, so that it can be found: <c>job my-project:US.insert-…</c>.</summary>
    public string Name(string jobId) => $"job {client.Project}:{client.Location}.{jobId}";

    /// <summary>
    /// Runs a statement without parameters, such as DDL, once as a separate job, and waits for it to end.
    /// </summary>
    /// <param name="jobId">Letters, digits, dashes and underscores; never reused.</param>
    /// <param name="sql">The statement, with fully qualified names.</param>
    /// <param name="labels">Labels of the job: lower-case letters, digits, dashes and underscores.</param>
    /// <param name="cancellationToken">Stops waiting; the statement may have happened.</param>
    /// <exception cref="BigQueryException">It failed, or its start got no response.</exception>
    public async Task RunAsync(
        string jobId, string sql, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var configuration = new JobConfiguration { Query = new JobConfigurationQuery(sql), Labels = labels };
        var (job, _) = await StartOrJoinAsync(new Job(Reference(jobId), configuration), cancellationToken);
        ThrowIfFailed(await WaitAsync(job, cancellationToken));
    }

    /// <summary>
    /// Starts a job, or joins the one with that id: 409 after a lost answer, or because another caller was first.
    /// </summary>
    /// <returns>The job, and whether it already existed.</returns>
    /// <exception cref="BigQueryException">It was refused or got no response.</exception>
    public async Task<(Job Job, bool Joined)> StartOrJoinAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.InsertJobAsync(job, cancellationToken), false);
        }
        catch (BigQueryException exists) when (exists.IsDuplicate)
        {
            var found = await FindAsync(job.JobReference.JobId, cancellationToken)
                ?? throw new BigQueryException(
                    exists.Status,
                    exists.Error with
                    {
                        Message = $"{exists.Error.Message}, and is not at BigQuery__Location, {client.Location}.",
                    },
                    exists);
            return (found with { JobReference = job.JobReference }, true);
        }
    }

    /// <summary>A job; null if there is none with that id.</summary>
    public Task<Job?> FindAsync(string jobId, CancellationToken cancellationToken) =>
        client.GetJobAsync(jobId, cancellationToken);

    /// <summary>Waits until a job is <c>DONE</c>, successfully or not.</summary>
    public async Task<Job> WaitAsync(Job job, CancellationToken cancellationToken)
    {
        var backoff = job.Configuration?.Load is null ? Backoff : LoadBackoff;
        for (var asked = 1; !job.IsDone; asked++)
        {
            await Task.Delay(backoff.After(asked), clock, cancellationToken);
            job = await GetAsync(job.JobReference.JobId, cancellationToken);
        }

        return job with { JobReference = Reference(job.JobReference.JobId) };
    }

    /// <summary>
    /// Waits until the job of a statement is <c>DONE</c>, successfully or not. The server waits, so that one request
    /// is enough for a statement that succeeds; only of a failure it does not say everything, and the job is asked for.
    /// </summary>
    public async Task<Job> WaitForStatementAsync(Job job, CancellationToken cancellationToken)
    {
        var reference = Reference(job.JobReference.JobId);
        for (var asked = 1; !job.IsDone; asked++)
        {
            try
            {
                var query = await client.WaitForQueryAsync(reference.JobId, StatementWaitMs, cancellationToken);
                job = query.JobComplete ? job with { Status = Job.Succeeded } : job;
            }
            catch (BigQueryException)
            {
                job = await GetAsync(reference.JobId, cancellationToken);
            }

            if (!job.IsDone)
            {
                await Task.Delay(Backoff.After(asked), clock, cancellationToken);
            }
        }

        return job with { JobReference = reference };
    }

    /// <summary>Waits until a query is complete.</summary>
    public async Task<JobsQueryResponse> WaitAsync(
        JobsQueryResponse query, int timeoutMs, CancellationToken cancellationToken)
    {
        for (var asked = 1; !query.JobComplete; asked++)
        {
            var id = query.JobReference?.JobId
                ?? throw new BigQueryException(
                    null, new ErrorProto(null, null, "BigQuery returned neither rows nor a job."));
            await Task.Delay(Backoff.After(asked), clock, cancellationToken);
            query = await client.GetQueryResultsAsync(id, null, timeoutMs, cancellationToken) with
            {
                JobReference = query.JobReference,
            };
        }

        return query;
    }

    /// <exception cref="BigQueryException">The job, which is <c>DONE</c>, failed.</exception>
    public static void ThrowIfFailed(Job job)
    {
        if (job.Status?.ErrorResult is { } error)
        {
            throw new BigQueryException(null, error);
        }
    }

    private async Task<Job> GetAsync(string jobId, CancellationToken cancellationToken) =>
        await FindAsync(jobId, cancellationToken)
            ?? throw new BigQueryException(
                HttpStatusCode.NotFound, new ErrorProto(null, null, $"The {Name(jobId)} is gone."));
}
