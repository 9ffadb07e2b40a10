using Microsoft.AspNetCore.Http.HttpResults;

namespace EventPipeline.Status;

/// <summary>How a request ends that the service could not answer now.</summary>
internal static class Outage
{
    /// <summary>Whether a failure may pass, and is not that the caller has left.</summary>
    public static bool Is(Exception failure, CancellationToken caller) => failure is TransientFailureException
        || (failure is OperationCanceledException && !caller.IsCancellationRequested);

    /// <summary>The answer to it.</summary>
    /// <param name="title">What did not happen; null where the status says enough.</param>
    /// <param name="failure">The failure.</param>
    public static ProblemHttpResult Tell(string? title, Exception failure)
    {
        var what = failure is TransientFailureException ? failure.Message : "The service is shutting down.";
        return TypedResults.Problem(
            title: title,
            detail: $"{what} Try again in a minute.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
