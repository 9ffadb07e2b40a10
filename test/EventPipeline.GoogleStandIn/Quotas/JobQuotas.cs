using System.Collections.Concurrent;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using EventPipeline.GoogleStandIn.Queries;
using EventPipeline.GoogleStandIn.Storage;

namespace EventPipeline.GoogleStandIn.Quotas;

/// <summary>Lets jobs run as many at once and as often as BigQuery does.</summary>
internal sealed class JobQuotas(
    Database database, JobStore jobs, TableQuotas tables, CurrentLimits limits)
{
    private readonly ConcurrentDictionary<(string Project, string Location), Lane> queries = new();

    public IEnumerable<(string Project, string Location, Lane Lane)> Queries =>
        queries.Select(pair => (pair.Key.Project, pair.Key.Location, pair.Value));

    /// <summary>Asks for a job's places and waits for them: until then the job is PENDING.</summary>
    public async Task<JobPlace> EnterAsync(Job job, CancellationToken cancellationToken)
    {
        var place = new JobPlace();
        try
        {
            await (job.IsLoad ? EnterLoadAsync(job) : EnterQueryAsync(job, place, cancellationToken));
        }
        catch (GoogleException refusal)
        {
            place.Refusal = refusal;
        }
        catch
        {
            place.Dispose();
            throw;
        }

        return place;
    }

    private Task EnterLoadAsync(Job job)
    {
        var table = job.LoadsInto!;
        if (jobs.LoadsOfDay(job, table) > limits.Values.LoadJobsPerTableAndDay)
        {
            throw QuotaErrors.LoadsOfTable();
        }

        if (jobs.LoadsOfDay(job, null) > limits.Values.LoadJobsPerProjectAndDay)
        {
            throw QuotaErrors.LoadsOfProject();
        }

        using var connection = database.Open();
        tables.Update(connection, table);
        return Task.CompletedTask;
    }

    private async Task EnterQueryAsync(Job job, JobPlace place, CancellationToken cancellationToken)
    {
        var lane = queries.GetOrAdd((job.Project, job.Location), _ => new Lane());
        var turn = lane.Enter(limits.Values.ConcurrentQueries, limits.Values.QueuedQueries)
            ?? throw QuotaErrors.QueuedQueries();
        await turn.WaitAsync(cancellationToken);
        place.Take(lane);
        if (DmlTarget.Of(job) is { } target)
        {
            TableUse use;
            using (var connection = database.Open())
            {
                use = tables.Of(connection, target.Table);
            }

            place.Take(await tables.EnterAsync(use, target.Verb, cancellationToken));
        }
    }
}
