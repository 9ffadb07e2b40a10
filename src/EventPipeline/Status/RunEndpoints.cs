using System.Security.Claims;
using EventPipeline.FanOut;
using EventPipeline.Ledger;
using EventPipeline.Messages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EventPipeline.Status;

/// <summary>What operators ask and decide about runs.</summary>
internal static class RunEndpoints
{
    private const int MaxRuns = 1_000;
    private const string Cancel = "cancel";
    private const string Pause = "pause";
    private const string Resume = "resume";

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        var runs = routes.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("", ListAsync)
            .WithSummary("The newest runs, newest first; a Link header with rel=\"next\" names the next page.")
            .Produces<IEnumerable<RunSummary>>().ProducesProblem(StatusCodes.Status400BadRequest);
        runs.MapGet("{id}", ShowAsync).WithSummary("One run with its windows.")
            .Produces<RunDocument>().ProducesProblem(StatusCodes.Status404NotFound);
        Decides(runs.MapPost($"{{id}}/{Cancel}", CancelAsync))
            .WithSummary("Cancels a run that has not ended: what it has not read is not read any more.");
        Decides(runs.MapPost($"{{id}}/{Pause}", PauseAsync))
            .WithSummary("Pauses a run that has not ended: what it has not read waits until it is resumed.");
        Decides(runs.MapPost($"{{id}}/{Resume}", ResumeAsync))
            .WithSummary("Resumes a run that is paused, as far as the day's load jobs go.");
    }

    private static RouteHandlerBuilder Decides(RouteHandlerBuilder endpoint) => endpoint
        .Produces<RunSummary>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

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

    private static Task<IResult> CancelAsync(
        string id,
        RunDecisions decisions,
        DataLabel label,
        HttpContext context,
        CancellationToken cancellationToken) =>
        DecideAsync(id, label, context, Cancel, by => decisions.CancelAsync(id, by, cancellationToken));

    private static Task<IResult> PauseAsync(
        string id,
        RunDecisions decisions,
        DataLabel label,
        HttpContext context,
        CancellationToken cancellationToken) =>
        DecideAsync(id, label, context, Pause, by => decisions.PauseAsync(id, by, cancellationToken));

    private static Task<IResult> ResumeAsync(
        string id,
        RunDecisions decisions,
        WindowPublisher windows,
        RunDocuments runs,
        TriggerClock clock,
        DataLabel label,
        HttpContext context,
        CancellationToken cancellationToken) =>
        DecideAsync(id, label, context, Resume, async by =>
        {
            if (await decisions.ResumeAsync(id, by, cancellationToken) is { Outcome: null } resumed
                && RunModeNames.TryParse(resumed.Mode, out var mode))
            {
                await windows.PublishWaitingAsync(mode, clock.GetUtcNow(), cancellationToken);
            }

            return await runs.FindAsync(id, cancellationToken);
        });

    /// <summary>Decides about a run that has not ended.</summary>
    private static async Task<IResult> DecideAsync(
        string id, DataLabel label, HttpContext context, string verb, Func<string, Task<RunDocument?>> decide)
    {
        var by = context.User.FindFirstValue(ClaimTypes.Email) ?? "a person at this machine";
        RunDocument? run;
        try
        {
            run = RunId.IsValid(id) ? await decide(by) : null;
        }
        catch (TransientFailureException failure)
        {
            return TypedResults.Problem(
                title: "The run may have stayed as it was.",
                detail: $"{failure.Message} Try again in a minute.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        return run switch
        {
            null => NotFound(id),
            _ when WhyNot(run, verb) is { } why => TypedResults.Problem(
                title: "The run stays as it is.",
                detail: why,
                statusCode: StatusCodes.Status409Conflict),
            _ => TypedResults.Ok(RunSummary.FromDocument(run, label)),
        };
    }

    /// <summary>Why a run is not as it would be; null if it is.</summary>
    private static string? WhyNot(RunDocument run, string verb) => (verb, run) switch
    {
        (Cancel, { Outcome: RunDocument.Cancelled }) => null,
        (_, { Outcome: { } outcome }) =>
            $"Run {run.RunId} {(outcome == RunDocument.Cancelled ? "was" : "has")} {outcome}, so there is nothing to "
                + $"{verb}.",
        (Pause, { State: not RunDocument.Paused, Mode: RunModeNames.DryRun }) =>
            $"Run {run.RunId} is a dry run, which keeps nothing of what it reads. Cancel it, and request it again.",
        (Pause, { State: not RunDocument.Paused }) =>
            $"Run {run.RunId} is not planned yet. Try again in a minute, or cancel it.",
        _ => null,
    };

    private static ProblemHttpResult NotFound(string id) => TypedResults.Problem(
        title: "There is no such run.",
        detail: $"No run has the id {Shown.Quoted(id)}. GET /runs, or the command `runs list`, lists the newest.",
        statusCode: StatusCodes.Status404NotFound);
}
