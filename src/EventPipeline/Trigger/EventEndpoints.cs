using EventPipeline.DeadLetters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventPipeline.Trigger;

/// <summary>
/// The door. Two kinds of failure are told apart here and nowhere else: what can never succeed becomes a dead letter and is acknowledged;
/// everything else is answered with an error, and Pub/Sub delivers it again. An acknowledgement is 204 and nothing else.
/// </summary>
internal static partial class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        foreach (var entrance in Entrance.All)
        {
            routes.MapPost(
                entrance.Path,
                (HttpContext context, EventDispatcher events, DeadLetterPublisher deadLetters, TimeProvider clock, ILogger<EventDispatcher> logger) =>
                    ReceiveAsync(new Door(entrance, events, deadLetters, clock, logger), context, context.RequestAborted))
                .WithTags("Events")
                .WithSummary($"Takes a Pub/Sub push: {entrance.Type ?? "goes by the event's own type"}.");
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReceiveAsync(Door door, HttpContext context, CancellationToken cancellationToken)
    {
        RequestBody body;
        try
        {
            body = await RequestBody.ReadAsync(context.Request, cancellationToken);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            Log.Interrupted(door.Logger, door.Entrance.Path, ex);
            return Problem(StatusCodes.Status400BadRequest, "The request's body did not arrive whole; send it again.");
        }

        try
        {
            await HandleAsync(door, context.Request, body, cancellationToken);
            return TypedResults.NoContent();
        }
        catch (TransientFailureException ex)
        {
            Log.Failed(door.Logger, door.Entrance.Path, ex);
            return Problem(StatusCodes.Status503ServiceUnavailable, ex.Message);
        }
        catch (OperationCanceledException ex)
        {
            Log.Failed(door.Logger, door.Entrance.Path, ex);
            return Problem(StatusCodes.Status503ServiceUnavailable, "The event was not finished in time; it will be delivered again.");
        }
        catch (Exception ex)
        {
            Log.Unexpected(door.Logger, door.Entrance.Path, ex);
            return Problem(StatusCodes.Status500InternalServerError, "The event could not be handled; it will be delivered again.");
        }
    }

    private static async Task HandleAsync(Door door, HttpRequest request, RequestBody body, CancellationToken cancellationToken)
    {
        var arrival = new Arrival(door.Entrance, PushReader.AsSent(request.Headers, body, door.Clock.GetUtcNow()));
        try
        {
            PushReader.Unwrap(arrival, request.Headers);
        }
        catch (RejectedEventException ex) when (door.Entrance == Entrance.DeadLetterTopic)
        {
            // Nothing is behind the dead-letter topic: what comes by it is stored, whatever it is.
            await door.Events.DispatchUnreadableAsync(arrival, ex, cancellationToken);
            return;
        }
        catch (RejectedEventException ex)
        {
            await door.DeadLetters.PublishAsync(arrival, ex, cancellationToken);
            return;
        }

        try
        {
            await door.Events.DispatchAsync(arrival, cancellationToken);
        }
        catch (RejectedEventException ex) when (door.Entrance != Entrance.DeadLetterTopic)
        {
            await door.DeadLetters.PublishAsync(arrival, ex, cancellationToken);
        }
    }

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    /// <summary>One entrance, with all that a request by it needs.</summary>
    private sealed record Door(Entrance Entrance, EventDispatcher Events, DeadLetterPublisher DeadLetters, TimeProvider Clock, ILogger Logger);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A request to {Path} did not arrive whole.")]
        public static partial void Interrupted(ILogger logger, string path, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "An event at {Path} failed and will be delivered again.")]
        public static partial void Failed(ILogger logger, string path, Exception exception);

        [LoggerMessage(3, LogLevel.Error, "An event at {Path} failed unexpectedly and will be delivered again.")]
        public static partial void Unexpected(ILogger logger, string path, Exception exception);
    }
}
