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

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        var runs = routes.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("", ListAsync).WithName("listRuns")
            .WithSummary("The newest runs, newest first; a Link header with rel=\"next\" names the next page.")
            .Produces<IEnumerable<RunSummary>>().ProducesProblem(StatusCodes.Status400BadRequest);
        runs.MapGet("{id}", ShowAsync).WithName("getRun").WithSummary("One run with its windows.")
            .Produces<RunDocument>().ProducesProblem(StatusCodes.Status404NotFound);
        Decides(runs.MapPost($"{{id}}/{RunVerb.Cancel}", CancelAsync)).WithName("cancelRun")
            .WithSummary("Cancels a run that has not ended: what it has not read is not read any more.");
        Decides(runs.MapPost($"{{id}}/{RunVerb.Pause}", PauseAsync)).WithName("pauseRun")
            .WithSummary("Pauses a run that has not ended: what it has not read waits until it is resumed.");
        Decides(runs.MapPost($"{{id}}/{RunVerb.Resume}", ResumeAsync)).WithName("resumeRun")
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
        RunDocuments runs,
        RunDecisions decisions,
        DataLabel label,
        HttpContext context,
        CancellationToken cancellationToken) =>
        DecideAsync(
            id,
            runs,
            label,
            context,
            RunVerb.Cancel,
            (run, by) => decisions.CancelAsync(run, by, cancellationToken),
            cancellationToken);

    private static Task<IResult> PauseAsync(
        string id,
        RunDocuments runs,
        RunDecisions decisions,
        DataLabel label,
        HttpContext context,
        CancellationToken cancellationToken) =>
        DecideAsync(
            id,
            runs,
            label,
            context,
            RunVerb.Pause,
            (run, by) => decisions.PauseAsync(run, by, cancellationToken),
            cancellationToken);

    // What is published has to be recorded, whether the caller still waits or not.
    private static Task<IResult> ResumeAsync(
        string id,
        RunDocuments runs,
        WaitingWindows waiting,
        TriggerClock clock,
        IHostApplicationLifetime lifetime,
        DataLabel label,
        HttpContext context,
        CancellationToken cancellationToken) =>
        DecideAsync(
            id,
            runs,
            label,
            context,
            RunVerb.Resume,
            (run, by) => waiting.ResumeAsync(run, by, clock.GetUtcNow(), lifetime.ApplicationStopping),
            cancellationToken);

    /// <summary>Decides about a run, unless it is one about which that cannot be decided.</summary>
    private static async Task<IResult> DecideAsync(
        string id,
        RunDocuments runs,
        DataLabel label,
        HttpContext context,
        string verb,
        Func<RunDocument, string, Task> decide,
        CancellationToken cancellationToken)
    {
        try
        {
            if (!RunId.IsValid(id) || await runs.FindAsync(id, cancellationToken) is not { } run)
            {
                return NotFound(id);
            }

            if (run.WhyNot(verb) is { } before)
            {
                return StaysAsItIs(before);
            }

            await decide(run, Caller.NameOf(context));
            run = (await runs.FindAsync(id, cancellationToken))!;

            // It may have ended in between, which does not make it wrong to have resumed it.
            return verb != RunVerb.Resume && run.WhyNot(verb) is { } after
                ? StaysAsItIs(after)
                : TypedResults.Ok(RunSummary.FromDocument(run, label));
        }
        catch (Exception failure) when (Outage.Is(failure, cancellationToken))
        {
            return Outage.Tell("The run may not have been changed.", failure);
        }
    }

    private static ProblemHttpResult StaysAsItIs(string why) => TypedResults.Problem(
        title: "The run stays as it is.", detail: why, statusCode: StatusCodes.Status409Conflict);

    private static ProblemHttpResult NotFound(string id) => TypedResults.Problem(
        title: "There is no such run.",
        detail: $"No run has the id {Shown.Quoted(id)}. GET /runs, or the command `runs list`, lists the newest.",
        statusCode: StatusCodes.Status404NotFound);
}
