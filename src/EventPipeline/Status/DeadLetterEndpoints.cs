using EventPipeline.DeadLetters;
using EventPipeline.Events;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventPipeline.Status;

/// <summary>What operators ask and decide about dead letters.</summary>
internal static class DeadLetterEndpoints
{
    private const int MaxListed = 1000;

    public static void MapDeadLetters(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/dead-letters").WithTags("Dead letters").AddEndpointFilter(TellConflictsAsync);
        group.MapGet("", ListAsync).WithSummary("Dead letters, most recently seen first.");
        group.MapGet("{id}", ShowAsync).WithSummary("One dead letter with its attributes and payload.");
        group.MapPost("{id}/replay", ReplayAsync)
            .WithSummary("Publishes a dead letter again to the topic it came from.");
        group.MapPost("{id}/discard", DiscardAsync).WithSummary("Discards a dead letter: leaves it alone from now on.");
    }

    private static async Task<Results<Ok<IReadOnlyList<DeadLetterSummary>>, ProblemHttpResult>> ListAsync(
        string? state, string? limit, HttpRequest request, DeadLetterStore store, CancellationToken cancellationToken)
    {
        if (state is not null && !DeadLetterState.All.Contains(state))
        {
            return Problem(
                StatusCodes.Status400BadRequest,
                $"state must be {string.Join(", ", DeadLetterState.All)}, not {Shown.Quoted(state)}. "
                + Nearest.DidYouMean(state, DeadLetterState.All));
        }

        var most = 100;
        if (
            limit is not null
                && !(
                    int.TryParse(limit, System.Globalization.NumberStyles.None, null, out most)
                        && most is >= 1 and <= MaxListed))
        {
            return Problem(
                StatusCodes.Status400BadRequest,
                $"limit must be a whole number from 1 to {MaxListed}, not {Shown.Quoted(limit)}.");
        }

        var letters = await store.ListAsync(state, most, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<DeadLetterSummary>>(
            [.. letters.Select(letter => DeadLetterSummary.FromStored(letter, AddressOf(request)))]);
    }

    private static async Task<Results<Ok<DeadLetterDetails>, ProblemHttpResult>> ShowAsync(
        string id, HttpRequest request, DeadLetterStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } letter
            ? TypedResults.Ok(DeadLetterDetails.FromStored(letter, AddressOf(request)))
            : NotFound(id);

    private static async Task<Results<Ok<DeadLetterSummary>, ProblemHttpResult>> ReplayAsync(
        string id, string? force, HttpRequest request, DeadLetterReplayer replayer, CancellationToken cancellationToken)
    {
        if (force is not (null or "true" or "false"))
        {
            return Problem(StatusCodes.Status400BadRequest, $"force must be true or false, not {Shown.Quoted(force)}.");
        }

        return await replayer.ReplayAsync(id, force == "true", cancellationToken) is { } letter
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
            return Problem(StatusCodes.Status503ServiceUnavailable, $"{ex.Message} Try again in a minute.");
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
