using EventPipeline.DeadLetters;
using EventPipeline.Events;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EventPipeline.Status;

/// <summary>What operators ask and decide about dead letters.</summary>
internal static class DeadLetterEndpoints
{
    private const int MaxListed = 1000;

    public static void MapDeadLetters(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/dead-letters").WithTags("Dead letters").AddEndpointFilter(TellConflictsAsync);
        group.MapGet("", ListAsync).WithName("listDeadLetters")
            .WithSummary(
                "Dead letters, most recently seen first; a Link header with rel=\"next\" names the next page.")
            .Produces<IReadOnlyList<DeadLetterSummary>>().ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("groups", GroupAsync).WithName("groupDeadLetters")
            .WithSummary("Dead letters by cause and by whom they concern.")
            .Produces<IReadOnlyList<DeadLetterGroup>>().ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("{id}", ShowAsync).WithName("getDeadLetter")
            .WithSummary("One dead letter with its attributes and payload.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        Decides(group.MapPost("{id}/replay", ReplayAsync)).WithName("replayDeadLetter")
            .WithSummary("Publishes a dead letter again to the topic it came from.");
        Decides(group.MapPost("{id}/discard", DiscardAsync)).WithName("discardDeadLetter")
            .WithSummary("Discards a dead letter: leaves it alone from now on.");
    }

    private static RouteHandlerBuilder Decides(RouteHandlerBuilder endpoint) => endpoint
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> ListAsync(
        DeadLetterStore store,
        HttpContext context,
        CancellationToken cancellationToken,
        [FromQuery] string? state = null,
        [FromQuery] string? cause = null,
        [FromQuery] string? vendor = null,
        [FromQuery] string? account = null,
        [FromQuery] string? run = null,
        [FromQuery] string? since = null,
        [FromQuery] string? limit = null,
        [FromQuery] string? page = null)
    {
        if (Read(state, cause, vendor, account, run, since, out var filter) is { } mistake)
        {
            return mistake;
        }

        if (QueryParameters.ReadLimit(limit, 100, MaxListed, out var most) is { } number)
        {
            return number;
        }

        if (Page.Read(page, out var after) is { } place)
        {
            return place;
        }

        var letters = await store.ListAsync(filter, after, most + 1, cancellationToken);
        Page.NameNext(
            context,
            letters.Count > most ? new ListPlace(letters[most - 1].LastSeen, letters[most - 1].Letter.Id) : null);
        return TypedResults.Ok<IReadOnlyList<DeadLetterSummary>>(
        [
            .. letters.Take(most).Select(letter => DeadLetterSummary.FromStored(letter, AddressOf(context.Request))),
        ]);
    }

    private static async Task<IResult> GroupAsync(
        DeadLetterStore store,
        CancellationToken cancellationToken,
        [FromQuery] string? state = null,
        [FromQuery] string? cause = null,
        [FromQuery] string? vendor = null,
        [FromQuery] string? account = null,
        [FromQuery] string? run = null,
        [FromQuery] string? since = null) =>
        Read(state, cause, vendor, account, run, since, out var filter) is { } mistake
            ? mistake
            : TypedResults.Ok(await store.GroupAsync(filter, cancellationToken));

    private static ProblemHttpResult? Read(
        string? state,
        string? cause,
        string? vendor,
        string? account,
        string? run,
        string? since,
        out DeadLetterFilter filter)
    {
        var mistake = QueryParameters.ReadWord("state", state, DeadLetterState.All)
            ?? QueryParameters.ReadWord("cause", cause, RejectionCauseNames.All);
        var noDay = QueryParameters.ReadDay("since", since, DateOnly.MinValue, out var first);
        filter = new DeadLetterFilter(state, cause, vendor, account, run, since is null ? null : first);
        return mistake ?? noDay;
    }

    private static async Task<Results<Ok<DeadLetterDetails>, ProblemHttpResult>> ShowAsync(
        string id, HttpRequest request, DeadLetterStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } letter
            ? TypedResults.Ok(DeadLetterDetails.FromStored(letter, AddressOf(request)))
            : NotFound(id);

    private static async Task<Results<Ok<DeadLetterSummary>, ProblemHttpResult>> ReplayAsync(
        string id, string? force, HttpRequest request, DeadLetterReplayer replayer, IHostApplicationLifetime lifetime)
    {
        if (force is not (null or "true" or "false"))
        {
            return Problem(StatusCodes.Status400BadRequest, $"force must be true or false, not {Shown.Quoted(force)}.");
        }

        // What is published has to be recorded, whether the caller still waits or not.
        return await replayer.ReplayAsync(id, force == "true", lifetime.ApplicationStopping) is { } letter
            ? TypedResults.Ok(DeadLetterSummary.FromStored(letter, AddressOf(request)))
            : NotFound(id);
    }

    private static async Task<Results<Ok<DeadLetterSummary>, ProblemHttpResult>> DiscardAsync(
        string id, HttpRequest request, DeadLetterReplayer replayer, CancellationToken cancellationToken) =>
        await replayer.DiscardAsync(id, cancellationToken) is { } letter
            ? TypedResults.Ok(DeadLetterSummary.FromStored(letter, AddressOf(request)))
            : NotFound(id);

    private static async ValueTask<object?> TellConflictsAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (DeadLetterConflictException ex)
        {
            return Problem(StatusCodes.Status409Conflict, ex.Message);
        }
        catch (RejectedEventException ex)
        {
            return Problem(
                StatusCodes.Status409Conflict, $"The message cannot be published as it is: {ex.Message} {ex.Hint}");
        }
        catch (TransientFailureException ex)
        {
            return Outage.Tell(title: null, ex);
        }
    }

    private static string AddressOf(HttpRequest request) => PushReader.ServiceAddress(request) ?? "http://localhost";

    private static ProblemHttpResult NotFound(string id) =>
        Problem(
            StatusCodes.Status404NotFound,
            $"There is no dead letter {Shown.Quoted(id)}. GET /dead-letters lists them.");

    private static ProblemHttpResult Problem(int status, string detail) =>
        TypedResults.Problem(detail, statusCode: status);
}
