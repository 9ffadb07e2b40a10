using System.Security.Claims;
using EventPipeline.Ledger;
using EventPipeline.Messages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EventPipeline.Status;

/// <summary>What operators ask and decide about runs.</summary>
internal static class RunEndpoints
{
    private const int MaxRuns = 1_000;

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        var runs = routes.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("", ListAsync)
            .WithSummary("The newest runs, newest first; a Link header with rel=\"next\" names the next page.")
            .Produces<IEnumerable<RunSummary>>().ProducesProblem(StatusCodes.Status400BadRequest);
        runs.MapGet("{id}", ShowAsync).WithSummary("One run with its windows.")
            .Produces<RunDocument>().ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapPost("{id}/cancel", CancelAsync)
            .WithSummary("Cancels a run that has not ended: what it has not read is not read any more.")
            .Produces<RunSummary>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ListAsync(
        RunDocuments runs,
        DataLabel label,
        HttpContext context,
        CancellationToken cancellationToken,
        [FromQuery] string? state = null,
        [FromQuery] string? mode = null,
        [FromQuery] string? since = null,
        [FromQuery] string? limit = null,
        [FromQuery] string? page = null)
    {
        if ((QueryParameters.ReadWord("state", state, RunDocument.States)
            ?? QueryParameters.ReadWord("mode", mode, RunModeNames.All)) is { } word)
        {
            return word;
        }

        if (QueryParameters.ReadDay("since", since, DateOnly.MinValue, out var first) is { } day)
        {
            return day;
        }

        if (QueryParameters.ReadLimit(limit, 50, MaxRuns, out var most) is { } number)
        {
            return number;
        }

        if (Page.Read(page, out var after) is { } place)
        {
            return place;
        }

        var found = await runs.PageAsync(
            new RunFilter(state, mode, since is null ? null : first), after, most, cancellationToken);
        Page.NameNext(context, found.Last);
        return TypedResults.Ok(found.Runs.Select(run => RunSummary.FromDocument(run, label)));
    }

    private static async Task<IResult> ShowAsync(
        string id, RunDocuments runs, DataLabel label, CancellationToken cancellationToken) =>
        RunId.IsValid(id) && await runs.FindAsync(id, cancellationToken) is { } run
            ? TypedResults.Ok(run with { Label = label.Text })
            : NotFound(id);

    private static async Task<IResult> CancelAsync(
        string id,
        RunCancellation cancellation,
        DataLabel label,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        var by = context.User.FindFirstValue(ClaimTypes.Email) ?? "a person at this machine";
        RunDocument? run;
        try
        {
            run = RunId.IsValid(id) ? await cancellation.CancelAsync(id, by, cancellationToken) : null;
        }
        catch (TransientFailureException failure)
        {
            return TypedResults.Problem(
                title: "The run may not have been cancelled.",
                detail: $"{failure.Message} Try again in a minute.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        return run switch
        {
            null => NotFound(id),
            { Outcome: RunDocument.Completed or RunDocument.Failed } => TypedResults.Problem(
                title: "The run has ended.",
                detail: $"Run {id} has {run.Outcome}, so there is nothing to cancel.",
                statusCode: StatusCodes.Status409Conflict),
            _ => TypedResults.Ok(RunSummary.FromDocument(run, label)),
        };
    }

    private static ProblemHttpResult NotFound(string id) => TypedResults.Problem(
        title: "There is no such run.",
        detail: $"No run has the id {Shown.Quoted(id)}. GET /runs, or the command `runs list`, lists the newest.",
        statusCode: StatusCodes.Status404NotFound);
}
