using DuckDB.NET.Data;
using EventPipeline.GoogleStandIn.Faults;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Loads;
using EventPipeline.GoogleStandIn.Queries;
using EventPipeline.GoogleStandIn.Quotas;
using EventPipeline.GoogleStandIn.Storage;

namespace EventPipeline.GoogleStandIn.Jobs;

/// <summary>
/// Does the jobs, in the background. What a job did and that it is done are one transaction, so that a job is done
/// exactly once, whenever the process is killed; at the start those go on that are not done.
/// </summary>
internal sealed partial class JobRunner(
    Database database,
    JobStore store,
    LoadRunner loads,
    QueryRunner queries,
    JobQuotas quotas,
    FaultBox faults,
    ILogger<JobRunner> logger) : BackgroundService
{
    // BigQuery repeats a statement that met a concurrent change:
    // https://docs.cloud.google.com/bigquery/docs/data-manipulation-language.
    private const int Attempts = 4;

    private readonly CancellationTokenSource stopped = new();
    private readonly SemaphoreSlim loading = new(1);

    /// <summary>Begins a job that was accepted.</summary>
    public void Start(Job job) => _ = RunAsync(job, stopped.Token);

    public override void Dispose()
    {
        stopped.Cancel();
        stopped.Dispose();
        loading.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var job in store.All.Where(job => !job.Ended.IsCompleted))
        {
            Start(job);
        }

        return Task.CompletedTask;
    }

    private async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Yield();
            using var place = await quotas.EnterAsync(job, cancellationToken);
            job.StartTime = store.Now();
            var failure = place.Refusal ?? await MeetFaultAsync(job, cancellationToken);
            if (job.IsLoad)
            {
                // One at a time: what a load appends takes memory.
                await loading.WaitAsync(cancellationToken);
            }

            JobEnd end;
            try
            {
                end = await Task.Run(
                    () => failure is null ? Do(job, Attempts) : End(job, JobEnd.Failed(failure)), cancellationToken);
            }
            finally
            {
                if (job.IsLoad)
                {
                    loading.Release();
                }
            }

            await faults.MeetAsync(job.Text, after: true, cancellationToken);

            // Whoever sees that it is done finds its place free.
            place.Dispose();
            job.Finish(end);
            if (job.UploadPath is not null)
            {
                File.Delete(job.UploadPath);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next start goes on with it.
        }
        catch (Exception ex)
        {
            Log.Failed(logger, job.FullId, ex);
            job.Finish(
                End(
                    job,
                    JobEnd.Failed(new GoogleException(500, "internalError", $"The stand-in failed: {ex.Message}"))));
        }
    }

    private async Task<GoogleException?> MeetFaultAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            await faults.MeetAsync(job.Text, after: false, cancellationToken);
            return null;
        }
        catch (GoogleException failure)
        {
            return failure;
        }
    }

    private JobEnd Do(Job job, int attempts)
    {
        try
        {
            var definition = !job.IsLoad && QueryRunner.IsDefinition(job);
            if (definition)
            {
                database.Definitions.Enter();
            }

            try
            {
                return Do(job);
            }
            finally
            {
                if (definition)
                {
                    database.Definitions.Exit();
                }
            }
        }
        catch (GoogleException error)
        {
            return End(job, JobEnd.Failed(error));
        }
        catch (DuckDBException ex) when (IsConflict(ex) && attempts > 1)
        {
            return Do(job, attempts - 1);
        }
        catch (DuckDBException ex)
        {
            return End(job, JobEnd.Failed(IsConflict(ex)
                ? GoogleException.InvalidQuery("Could not serialize access to table due to concurrent update")
                : QueryErrors.Of(ex, job, [], _ => true)));
        }
    }

    private JobEnd Do(Job job)
    {
        using var connection = database.Open(queries.DefaultDataset(job));
        using var transaction = connection.BeginTransaction();
        var end = job.IsLoad ? loads.Run(connection, job) : queries.Run(connection, job);
        if (end.ErrorResult is not null)
        {
            transaction.Rollback();
            return End(job, end);
        }

        end = end with { EndTime = store.Now() };
        JobStore.End(connection, job, end);
        transaction.Commit();
        return end;
    }

    /// <summary>The end of a job that did nothing.</summary>
    private JobEnd End(Job job, JobEnd end)
    {
        end = end with { EndTime = store.Now() };
        using var connection = database.Open();
        JobStore.End(connection, job, end);
        return end;
    }

    private static bool IsConflict(DuckDBException ex) =>
        ex.Message.Contains("TransactionContext Error", StringComparison.Ordinal)
            || ex.Message.Contains("write-write conflict", StringComparison.Ordinal)
        || ex.Message.Contains("another transaction", StringComparison.OrdinalIgnoreCase);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Job {Job} failed for a reason of the stand-in's own.")]
        public static partial void Failed(ILogger logger, string job, Exception exception);
    }
}
