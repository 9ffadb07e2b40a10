using System.Text.RegularExpressions;
using EventPipeline.Load;

namespace EventPipeline.Google.BigQuery;

/// <summary>
/// The warehouse in BigQuery. A job's id makes it run once: a retry after a lost response, or a concurrent caller,
/// joins the job (409) instead of starting a second.
/// </summary>
internal sealed partial class BigQueryWarehouse(
    BigQueryClient client, BigQueryJobs jobs, TimeProvider clock) : IWarehouse
{
    private const int MaxTries = 8;
    private const int MaxJobs = 1000;
    private const int QueryWaitMs = 10_000;
    private const int MaxLabelCharacters = 63;
    private static readonly Backoff Backoff =
        new(TimeSpan.FromMilliseconds(500), 2, TimeSpan.FromSeconds(10), Jitter: 0.5);

    private readonly TablePace _pace = new(clock);

    /// <inheritdoc/>
    public int? MaxLoadsPerDay => client.MaxLoadJobsPerDay;

    /// <inheritdoc/>
    public int? MaxInsertsPerMinute => TablePace.StatementsPerMinute;

    public Task<IUpload> StartUploadAsync(
        string dataset, string table, string loadId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var destination = new TableReference(client.Project, dataset, table);
        var configuration = new JobConfiguration
        {
            Load = new JobConfigurationLoad(destination),
            Labels = Labels("table", table),
        };
        return Task.FromResult<IUpload>(
            new BigQueryUpload(
                client,
                jobs,
                new Job(jobs.OfLoad(destination, loadId), configuration),
                _pace,
                clock));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// What is still held becomes one file and one job; what has begun to be sent has a job of its own. A job whose
    /// rows the table refuses appends nothing, and then each is tried alone.
    /// </remarks>
    public IReadOnlyList<Task> LoadTogether(IReadOnlyList<IUpload> uploads, CancellationToken cancellationToken)
    {
        var held = uploads.OfType<BigQueryUpload>().Where(upload => upload.IsHeld).ToList();
        if (held.Count < 2)
        {
            return [.. uploads.Select(upload => upload.LoadAsync(cancellationToken))];
        }

        var together = LoadAsync(held, cancellationToken);
        return
        [
            .. uploads.Select(upload => held.Contains(upload)
                ? AloneIfRefusedAsync(together, upload, cancellationToken)
                : upload.LoadAsync(cancellationToken)),
        ];
    }

    private static async Task LoadAsync(IReadOnlyList<BigQueryUpload> held, CancellationToken cancellationToken)
    {
        await using var joined = BigQueryUpload.Join(held);
        await joined.LoadAsync(cancellationToken);
    }

    private static async Task AloneIfRefusedAsync(
        Task together, IUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            await together;
        }
        catch (RejectedEventException)
        {
            await upload.LoadAsync(cancellationToken);
        }
    }

    public async Task<IReadOnlyList<Row>> QueryAsync(
        string dataset, Statement statement, CancellationToken cancellationToken)
    {
        var query = new JobsQueryRequest(Sql(dataset, statement), client.Location)
        {
            ParameterMode = "NAMED",
            QueryParameters = QueryParameters.FromStatement(statement),
            MaximumBytesBilled = client.MaximumBytesBilled,
            TimeoutMs = QueryWaitMs,
            Labels = Labels("statement", statement.Name),
        };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadAsync(query, cancellationToken);
            }
            catch (BigQueryException passing) when (
                passing.IsWorthAnotherJob && !passing.IsTransient && attempt < MaxTries)
            {
                await Task.Delay(Backoff.After(attempt), clock, cancellationToken);
            }
            catch (Exception failure) when (failure is BigQueryException or InvalidDataException)
            {
                throw Failed(dataset, statement, failure);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A failed job keeps its id forever, so the statement continues under the next number. Numbers are taken in order,
    /// each only once every earlier one is known to have failed: two callers meet in the same job, and at most one
    /// insert succeeds. A rate limit is waited for as long as the caller does: everything else is done by then.
    /// </remarks>
    public async Task<bool> ExecuteAsync(
        string dataset, string statementId, Statement statement, CancellationToken cancellationToken)
    {
        var configuration = new JobConfiguration
        {
            Query = new JobConfigurationQuery(Sql(dataset, statement))
            {
                ParameterMode = "NAMED",
                QueryParameters = QueryParameters.FromStatement(statement),
                MaximumBytesBilled = client.MaximumBytesBilled,
            },
            Labels = Labels("statement", statement.Name),
        };
        _ = StatementId.Require(statementId);
        var (number, tries, jobId) = (1, 1, "");
        try
        {
            while (true)
            {
                jobId = FormattableString.Invariant($"insert-{dataset}-{statementId}_{number}");
                await _pace.StatementAsync(dataset, statement.Name, cancellationToken);
                var (failure, joined, isHistory) = await TryAsync(
                    new Job(jobs.Reference(jobId), configuration), cancellationToken);
                if (failure is null)
                {
                    return !joined;
                }

                // Whatever failed for an earlier caller may have been fixed since; what fails now is reported.
                var isGivenUp = tries >= MaxTries && !failure.IsRateLimit;
                if ((!isHistory && !failure.IsWorthAnotherJob) || isGivenUp || number == MaxJobs)
                {
                    throw failure;
                }

                // A refused request created no job: its number is still free.
                number += failure.Status is null ? 1 : 0;
                if (!isHistory)
                {
                    await Task.Delay(Backoff.After(tries++), clock, cancellationToken);
                }
            }
        }
        catch (BigQueryException failure)
        {
            throw Failed(dataset, statement, failure, $", {jobs.Name(jobId)}");
        }
    }

    /// <summary>Runs a job to its end, or joins it.</summary>
    /// <returns>
    /// Why it failed, null if it succeeded; whether the job was there already; and whether it had ended then.
    /// </returns>
    private async Task<(BigQueryException? Failure, bool Joined, bool IsHistory)> TryAsync(
        Job job, CancellationToken cancellationToken)
    {
        try
        {
            var (started, joined) = await jobs.StartOrJoinAsync(job, cancellationToken);
            var ended = await jobs.WaitForStatementAsync(started, cancellationToken);
            return (
                ended.Status?.ErrorResult is { } error ? new BigQueryException(null, error) : null,
                joined,
                joined && started.IsDone);
        }
        catch (BigQueryException refused) when (refused.IsWorthAnotherJob && !refused.IsTransient)
        {
            return (refused, false, false);
        }
    }

    private async Task<IReadOnlyList<Row>> ReadAsync(JobsQueryRequest query, CancellationToken cancellationToken)
    {
        var page = await jobs.WaitAsync(
            await client.QueryAsync(query, cancellationToken), QueryWaitMs, cancellationToken);
        var (schema, jobId) = (page.Schema, page.JobReference?.JobId);
        var rows = QueryRows.Read(schema, page.Rows).ToList();
        while (page.PageToken is { Length: > 0 } next)
        {
            page = await client.GetQueryResultsAsync(
                jobId ?? throw new InvalidDataException("BigQuery returned a page of rows without its job."),
                next, QueryWaitMs, cancellationToken);
            rows.AddRange(QueryRows.Read(schema, page.Rows));
        }

        return rows;
    }

    /// <summary>Names are qualified in full, so that a job reads the same wherever it runs.</summary>
    private string Sql(string dataset, Statement statement) =>
        statement.Sql.Replace("{dataset}", $"`{client.Project}`.{dataset}", StringComparison.Ordinal);

    private TransientFailureException Failed(string dataset, Statement statement, Exception failure, string job = "") =>
        new(
        $"Statement '{statement.Name}' on {client.Project}.{dataset} ({client.Location}){job}: {failure.Message}",
        failure);

    private static Dictionary<string, string> Labels(string what, string name)
    {
        var value = NotLabel().Replace(name.ToLowerInvariant(), "_");
        return new()
        {
            ["service"] = "eventpipeline",
            [what] = value.Length > MaxLabelCharacters ? value[..MaxLabelCharacters] : value,
        };
    }

    [GeneratedRegex("[^a-z0-9_-]")]
    private static partial Regex NotLabel();
}
