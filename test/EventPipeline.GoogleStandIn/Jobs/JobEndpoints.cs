using EventPipeline.GoogleStandIn.Http;

namespace EventPipeline.GoogleStandIn.Jobs;

/// <summary>https://docs.cloud.google.com/bigquery/docs/reference/rest/v2/jobs: insert of a query, and get.</summary>
internal sealed class JobEndpoints(JobStore store, JobRunner runner)
{
    private const string Jobs = "/bigquery/v2/projects/{project}/jobs";

    public void Map(Door door)
    {
        door.Map(
            "POST", Jobs, "jobs.insert", Insert, call => call.JobId = (string?)call.Body["jobReference"]?["jobId"]);
        door.Map("GET", $"{Jobs}/{{job}}", "jobs.get", Get, About);
    }

    private void About(Call call)
    {
        call.JobId = call.Route("job");
        call.About = store.Find(call.Route("project"), call.JobId)?.Text ?? "";
    }

    private Task<IResult> Insert(Call call)
    {
        var job = store.Accept(call.Route("project"), call.Body, uploadPath: null, requestId: null);
        call.JobId = job.Id;
        var accepted = job.Resource();
        runner.Start(job);
        return Answer.JsonAsync(accepted);
    }

    private Task<IResult> Get(Call call) =>
        Answer.JsonAsync(store.Get(call.Route("project"), call.Route("job"), call.Query("location")).Resource());
}
