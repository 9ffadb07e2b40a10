using System.Diagnostics;
using EventPipeline.DeadLetters;
using EventPipeline.Events;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventPipeline.Trigger;

/// <summary>
/// The door, and the only place that distinguishes two kinds of failure: what can never succeed becomes a dead letter
/// and is acknowledged; everything else is answered with an error, and Pub/Sub delivers it again. Only 204
/// acknowledges.
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
                (
                    HttpContext context,
                    EventDispatcher events,
                    DeadLetterPublisher deadLetters,
                    TimeProvider clock,
                    ILogger<EventDispatcher> logger) =>
                    ReceiveAsync(new Door(entrance, events, deadLetters, clock, logger, handBack), budget, context))
                .WithName($"receive{NameOf(entrance)}")
                .WithTags("Events")
                .WithSummary($"Accepts a Pub/Sub push: {entrance.Type ?? "the event's own type decides"}.")
                .ProducesProblem(StatusCodes.Status429TooManyRequests)
                .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        }

        static string NameOf(Entrance entrance) => entrance.Path.Length == 1
            ? "Event"
            : string.Concat(entrance.Path.Split('/')[^1].Split('-')
                .Select(word => $"{char.ToUpperInvariant(word[0])}{word[1..]}"));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReceiveAsync(
        Door door, BodyBudget budget, HttpContext context)
    {
        using var share = budget.Begin();
        using var late = new CancellationTokenSource(HandBack.PushLimit, door.Clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, door.HandBack, late.Token);
        var cancellationToken = any.Token;
        RequestBody? body;
        try
        {
            body = await RequestBody.ReadAsync(context.Request, share, cancellationToken);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            Log.Interrupted(door.Logger, door.Entrance.Path, ex);
            return Problem(StatusCodes.Status400BadRequest, "The request body is incomplete; send it again.");
        }

        if (body is null)
        {
            Log.Full(door.Logger, door.Entrance.Path, context.Request.ContentLength);
            context.Response.Headers.RetryAfter = "5";
            return Problem(
                StatusCodes.Status429TooManyRequests,
                "The service holds as many request bodies as it can; send it again in a few seconds.");
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
            return Problem(
                StatusCodes.Status503ServiceUnavailable,
                "The service is shutting down; the event will be delivered again.");
        }

        if (failure is TransientFailureException { IsBusy: true })
        {
            Log.Busy(door.Logger, door.Entrance.Path, messageId, failure.Message);
            return Problem(StatusCodes.Status429TooManyRequests, failure.Message);
        }

        if (failure is TransientFailureException or OperationCanceledException)
        {
            Log.Failed(door.Logger, door.Entrance.Path, messageId, failure);
            var why = failure is TransientFailureException
                ? failure.Message
                : "The event was not handled in time; it will be delivered again.";
            return Problem(StatusCodes.Status503ServiceUnavailable, why);
        }

        Log.Unexpected(door.Logger, door.Entrance.Path, messageId, failure);
        return Problem(
            StatusCodes.Status500InternalServerError, "The event could not be handled; it will be delivered again.");
    }

    /// <summary>
    /// Why the request's query string gets it rejected; null if it does not. What comes from the dead-letter topic is
    /// stored anyway.
    /// </summary>
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
            // Nothing comes after the dead-letter topic: whatever comes from it is stored.
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

    private static ProblemHttpResult Problem(int status, string detail) =>
        TypedResults.Problem(detail, statusCode: status);

    /// <summary>One entrance, with everything its requests need.</summary>
    private sealed record Door(
        Entrance Entrance,
        EventDispatcher Events,
        DeadLetterPublisher DeadLetters,
        TimeProvider Clock,
        ILogger Logger,
        CancellationToken HandBack);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The body of a request to {Path} is incomplete.")]
        public static partial void Interrupted(ILogger logger, string path, Exception exception);

        [LoggerMessage(
            2, LogLevel.Warning, "An event at {Path} (message {MessageId}) failed and will be delivered again.")]
        public static partial void Failed(ILogger logger, string path, string? messageId, Exception exception);

        [LoggerMessage(
            3,
            LogLevel.Error,
            "An event at {Path} (message {MessageId}) failed unexpectedly and will be delivered again.")]
        public static partial void Unexpected(ILogger logger, string path, string? messageId, Exception exception);

        [LoggerMessage(4, LogLevel.Information,
            "An event at {Path} (message {MessageId}) was handed back: the service is shutting down, "
            + "and the event will be delivered again.")]
        public static partial void HandedBack(ILogger logger, string path, string? messageId);

        [LoggerMessage(5, LogLevel.Warning,
            "A request to {Path} ({Bytes} bytes) was refused with 429: "
            + "the service holds as many request bodies as it can.")]
        public static partial void Full(ILogger logger, string path, long? bytes);

        [LoggerMessage(6, LogLevel.Warning,
            "A request to {Path} has a query, which is ignored. Remove it from the push subscription's endpoint.")]
        public static partial void QueryIgnored(ILogger logger, string path);

        [LoggerMessage(7, LogLevel.Information,
            "An event at {Path} (message {MessageId}) was refused with 429 and will be delivered again. {Reason}",
            EventName = "fetch.refused")]
        public static partial void Busy(ILogger logger, string path, string? messageId, string reason);
    }
}
