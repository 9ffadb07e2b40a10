using System.Diagnostics;
using EventPipeline.DeadLetters;
using EventPipeline.Events;
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
        var handBack = HandBack.TokenOf(routes.ServiceProvider);
        var budget = new BodyBudget();
        foreach (var entrance in Entrance.All)
        {
            routes.MapPost(
                entrance.Path,
                (HttpContext context, EventDispatcher events, DeadLetterPublisher deadLetters, TimeProvider clock, ILogger<EventDispatcher> logger) =>
                    ReceiveAsync(new Door(entrance, events, deadLetters, clock, logger, handBack), budget, context))
                .WithTags("Events")
                .WithSummary($"Takes a Pub/Sub push: {entrance.Type ?? "goes by the event's own type"}.");
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReceiveAsync(Door door, BodyBudget budget, HttpContext context)
    {
        using var share = budget.Begin();
        using var late = new CancellationTokenSource(HandBack.PushLimit, door.Clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, door.HandBack, late.Token);
        var cancellationToken = any.Token;
        RequestBody? body;
        try
        {
            body = await RequestBody.ReadAsync(context.Request, share, cancellationToken);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            Log.Interrupted(door.Logger, door.Entrance.Path, ex);
            return Problem(StatusCodes.Status400BadRequest, "The request's body did not arrive whole; send it again.");
        }

        if (body is null)
        {
            Log.Full(door.Logger, door.Entrance.Path, context.Request.ContentLength);
            context.Response.Headers.RetryAfter = "5";
            return Problem(StatusCodes.Status429TooManyRequests, "The service has as much in hand as it can hold; send it again in some seconds.");
        }

        // Whatever happens from here on, to the last log line, is part of the message's own trace.
        var pushed = PushReader.Read(door.Entrance, context.Request.Headers, body, door.Clock.GetUtcNow());
        var arrival = EventDispatcher.Read(pushed);
        var refusal = arrival is Arrival.Unreadable { Why: var why } ? why : Query(door, context.Request);
        using var span = MessageTrace.Start(arrival);
        try
        {
            await HandleAsync(door, arrival, refusal, span, cancellationToken);
            return TypedResults.NoContent();
        }
        catch (Exception ex)
        {
            span.Fail(ex);
            return Failure(door, arrival.Message.Delivery.MessageId, ex);
        }
    }

    private static ProblemHttpResult Failure(Door door, string? messageId, Exception failure)
    {
        if (door.HandBack.IsCancellationRequested)
        {
            Log.HandedBack(door.Logger, door.Entrance.Path, messageId);
            return Problem(StatusCodes.Status503ServiceUnavailable, "The service stops; the event will be delivered again.");
        }

        if (failure is TransientFailureException or OperationCanceledException)
        {
            Log.Failed(door.Logger, door.Entrance.Path, messageId, failure);
            var why = failure is TransientFailureException ? failure.Message : "The event was not finished in time; it will be delivered again.";
            return Problem(StatusCodes.Status503ServiceUnavailable, why);
        }

        Log.Unexpected(door.Logger, door.Entrance.Path, messageId, failure);
        return Problem(StatusCodes.Status500InternalServerError, "The event could not be handled; it will be delivered again.");
    }

    /// <summary>Why the request's address keeps it from being done. What comes by the dead-letter topic is stored all the same, as what it is.</summary>
    private static RejectedEventException? Query(Door door, HttpRequest request)
    {
        if (!request.QueryString.HasValue)
        {
            return null;
        }

        var mistake = PushAddress.Mistake(request);
        if (mistake is null || door.Entrance == Entrance.DeadLetterTopic)
        {
            Log.QueryIgnored(door.Logger, door.Entrance.Path);
            return null;
        }

        return mistake;
    }

    private static async Task HandleAsync(
        Door door,
        Arrival arrival,
        RejectedEventException? refusal,
        Activity? span,
        CancellationToken cancellationToken)
    {
        if (door.Entrance == Entrance.DeadLetterTopic)
        {
            // Nothing is behind the dead-letter topic: what comes by it is stored, whatever it is.
            await door.Events.DispatchAsync(arrival, cancellationToken);
            return;
        }

        if (refusal is null)
        {
            try
            {
                await door.Events.DispatchAsync(arrival, cancellationToken);
            }
            catch (RejectedEventException ex)
            {
                refusal = ex;
            }
        }

        if (refusal is not null)
        {
            span.Fail(refusal);
            await door.DeadLetters.PublishAsync(arrival, refusal, cancellationToken);
        }
    }

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    /// <summary>One entrance, with all that a request by it needs.</summary>
    private sealed record Door(Entrance Entrance, EventDispatcher Events, DeadLetterPublisher DeadLetters, TimeProvider Clock, ILogger Logger, CancellationToken HandBack);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A request to {Path} did not arrive whole.")]
        public static partial void Interrupted(ILogger logger, string path, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "An event at {Path} (message {MessageId}) failed and will be delivered again.")]
        public static partial void Failed(ILogger logger, string path, string? messageId, Exception exception);

        [LoggerMessage(3, LogLevel.Error, "An event at {Path} (message {MessageId}) failed unexpectedly and will be delivered again.")]
        public static partial void Unexpected(ILogger logger, string path, string? messageId, Exception exception);

        [LoggerMessage(4, LogLevel.Information, "An event at {Path} (message {MessageId}) was handed back: the service stops, and it will be delivered again.")]
        public static partial void HandedBack(ILogger logger, string path, string? messageId);

        [LoggerMessage(5, LogLevel.Warning, "A request to {Path}, of {Bytes} bytes, was told to come again: as much is in hand as fits.")]
        public static partial void Full(ILogger logger, string path, long? bytes);

        [LoggerMessage(6, LogLevel.Warning, "A request to {Path} has a query, which is not read. Remove it from the push subscription's endpoint.")]
        public static partial void QueryIgnored(ILogger logger, string path);
    }
}
