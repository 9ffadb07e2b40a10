using System.Globalization;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Faults;
using EventPipeline.GoogleStandIn.Http;
using EventPipeline.GoogleStandIn.Jobs;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace EventPipeline.GoogleStandIn.Uploads;

/// <summary>
/// Load jobs with their data: https://docs.cloud.google.com/bigquery/docs/reference/api-uploads, in one request
/// (multipart) or resumable.
/// </summary>
internal sealed class UploadEndpoints(UploadStore uploads, JobStore jobs, JobRunner runner)
{
    private const string Path = "/upload/bigquery/v2/projects/{project}/jobs";

    public void Map(Door door)
    {
        door.Map(
            "POST",
            Path,
            request => IsMultipart(request) ? Operations.UploadMultipart : Operations.UploadStart,
            PreparePostAsync,
            PostAsync);
        door.Map("PUT", Path, PutOperation, AboutAsync, PutAsync);
        door.Map("DELETE", Path, _ => Operations.UploadCancel, AboutAsync, CancelAsync);
    }

    private static bool IsMultipart(HttpRequest request) => request.Query["uploadType"] == "multipart";

    private async Task PreparePostAsync(Call call)
    {
        if (IsMultipart(call.Http.Request))
        {
            call.Parts = new MultipartReader(Boundary(call.Http.Request), call.Http.Request.Body);
            var part = await call.Parts.ReadNextSectionAsync(call.Aborted)
                ?? throw GoogleException.Invalid("The multipart body has no parts.");
            await call.ReadBodyAsync(part.Body);
        }
        else
        {
            await call.ReadBodyAsync(call.Http.Request.Body);
        }

        call.JobId = (string?)call.Body["jobReference"]?["jobId"];
    }

    private static string Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 } boundary
            ? boundary
            : throw GoogleException.Invalid(
                "The content type of a multipart upload is multipart/related with a boundary.");

    private Task<IResult> PostAsync(Call call) => call.Http.Request.Query["uploadType"].ToString() switch
    {
        "multipart" => MultipartAsync(call),
        "resumable" => Start(call),
        var other => throw GoogleException.NotHere($"An upload of the type '{other}'"),
    };

    private async Task<IResult> MultipartAsync(Call call)
    {
        var part = await call.Parts!.ReadNextSectionAsync(call.Aborted)
            ?? throw GoogleException.Invalid("The multipart body has no data part.");
        var path = uploads.NewFile();
        await using (
            var file = new FileStream(
                path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true))
        {
            await part.Body.CopyToAsync(file, call.Aborted);
        }

        // A body that is cut off throws here, before there is a job.
        if (await call.Parts.ReadNextSectionAsync(call.Aborted) is not null)
        {
            throw GoogleException.Invalid("The multipart body has more than two parts.");
        }

        return Answer.Json(Accept(call, call.Route("project"), call.Body, path));
    }

    private Task<IResult> Start(Call call)
    {
        JobStore.Check(call.Body, isUpload: true);
        var session = uploads.Create(call.Route("project"), call.Body);
        var request = call.Http.Request;
        var headers = call.Http.Response.Headers;
        headers.Location =
            $"{request.Scheme}://{request.Host}{request.Path}?uploadType=resumable&upload_id={session.Id}";
        headers["X-GUploader-UploadID"] = session.Id;
        return Task.FromResult(Results.Ok());
    }

    private string PutOperation(HttpRequest request)
    {
        ContentRange range;
        try
        {
            range = ContentRange.Of(request);
        }
        catch (GoogleException)
        {
            return Operations.UploadChunk;
        }

        var session = uploads.Find(request.Query["upload_id"]);
        return range.Start is null
            ? session is { IsFinished: false } && range.Total is { } total && total == session.Stored
                ? Operations.UploadFinish : Operations.UploadStatus
            : range.Total is not null || request.Headers.ContentRange.Count == 0
                ? Operations.UploadFinish
                : Operations.UploadChunk;
    }

    private Task AboutAsync(Call call)
    {
        if (uploads.Find(call.Query("upload_id")) is { } session)
        {
            call.JobId = session.JobId;
            call.About = session.Resource.ToJsonString(Job.Relaxed);
        }

        return Task.CompletedTask;
    }

    private async Task<IResult> PutAsync(Call call)
    {
        var session = Session(call);
        await session.Gate.WaitAsync(call.Aborted);
        try
        {
            return await PutAsync(call, session);
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private async Task<IResult> PutAsync(Call call, UploadSession session)
    {
        if (session.IsCancelled)
        {
            throw Cancelled();
        }

        if (uploads.JobOf(session) is { } made)
        {
            return Answer.Json(made.Resource());
        }

        var range = ContentRange.Of(call.Http.Request);
        var stored = session.Stored;
        if (range.Start is null)
        {
            return range.Total == stored ? Finish(call, session) : Incomplete(call, stored);
        }

        if (range.Start > stored)
        {
            throw new GoogleException(
                503,
                "backendError",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Invalid request.  According to the Content-Range header, the upload offset is {range.Start} "
                        + $"byte(s), ")
                    + FormattableString.Invariant($"which exceeds already uploaded size of {stored} byte(s)."));
        }

        if (
            range.Total is null
                && call.Http.Request.Headers.ContentRange.Count > 0
                && (range.End - range.Start) % UploadSession.Grain != 0)
        {
            throw GoogleException.Invalid(
                "Invalid request.  The number of bytes uploaded is required to be equal or greater than 262144, "
                    + "except for the final request (it's "
                    + "recommended to be the exact multiple of 262144).  The received request contained "
                    + FormattableString.Invariant(
                        $"{range.End - range.Start} bytes, which does not meet this requirement."));
        }

        var isLast = range.Total == range.End;
        var size = await uploads.AppendAsync(
            session, call.Http.Request.Body, stored - range.Start.Value, isLast, call.Aborted);
        return isLast && (range.Total is null || size == range.Total)
            ? Finish(call, session)
            : Incomplete(call, session.Stored);
    }

    private IResult Finish(Call call, UploadSession session)
    {
        var accepted = Accept(call, session.Project, session.Resource, uploads.DataPath(session));
        session.IsFinished = true;
        uploads.Save(session);
        return Answer.Json(accepted);
    }

    private static IResult Incomplete(Call call, long stored)
    {
        if (stored > 0)
        {
            call.Http.Response.Headers.Range = string.Create(CultureInfo.InvariantCulture, $"bytes=0-{stored - 1}");
        }

        return Results.StatusCode(308);
    }

    private async Task<IResult> CancelAsync(Call call)
    {
        var session = Session(call);
        await session.Gate.WaitAsync(call.Aborted);
        try
        {
            if (uploads.JobOf(session) is { } made)
            {
                return Answer.Json(made.Resource());
            }

            session.IsCancelled = true;
            uploads.Save(session);
            uploads.Drop(session);
            return Results.StatusCode(499);
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private JsonObject Accept(Call call, string project, JsonObject resource, string path)
    {
        var job = jobs.Accept(project, resource, path, requestId: null);
        call.JobId = job.Id;
        var accepted = job.Resource();
        runner.Start(job);
        return accepted;
    }

    private UploadSession Session(Call call) =>
        uploads.Find(call.Query("upload_id")) is { } session && session.Project == call.Route("project")
        ? session : throw GoogleException.NotFound("Upload session");

    private static GoogleException Cancelled() => new(499, "cancelled", "The upload was cancelled.");
}
