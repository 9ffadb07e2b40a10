using EventPipeline.FanOut;
using EventPipeline.Ledger;
using EventPipeline.Messages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventPipeline.Status;

/// <summary>
/// Triggers a run manually, as the scheduler would: the same body, validated, published to the trigger topic.
/// </summary>
internal static class RunDailyJobEndpoint
{
    private const int MaxBytes = 64 * 1024;

    public static void MapRunDailyJob(this IEndpointRouteBuilder routes)
    {
        Describe(routes.MapPost("/run-daily-job", AskAsync)).WithName("requestRun")
            .WithSummary("Requests a run: publishes the trigger and returns the run's id and where to follow it.")
            .Produces<Accepted>(StatusCodes.Status202Accepted);
        Describe(routes.MapPost("/run-daily-job/estimate", EstimateAsync)).WithName("estimateRun")
            .WithSummary("Says what the run would come to, without requesting it: windows, requests, load jobs, days.")
            .Produces<RunEstimate>();
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint
        .WithTags("Runs")
        .Accepts<RunBody>(isOptional: true, "application/json", "*/*") // read as JSON, whatever curl calls it
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> AskAsync(
        HttpRequest request,
        Catalogue catalogue,
        PublishMessages publish,
        RunLedger ledger,
        TriggerClock clock,
        DataLabel label,
        CancellationToken cancellationToken)
    {
        var time = clock.GetUtcNow();
        var (run, refusal) = await ReadAsync(request, time, catalogue, cancellationToken);
        if (run is null)
        {
            return refusal!;
        }

        var eventId = Guid.CreateVersion7(time).ToString();
        var runId = RunId.Create(OutgoingMessage.ServiceSource, eventId, time);
        try
        {
            await publish(
                Topic.Trigger,
                [OutgoingMessage.CloudEvent(eventId, RunRequested.EventType, time, RunRequestedReader.Write(run))],
                cancellationToken);
        }
        catch (TransientFailureException failure)
        {
            return Outage.Tell("The run could not be requested.", failure);
        }

        await ledger.RecordRequestedAsync(runId, run.Mode, cancellationToken);
        return TypedResults.Accepted(
            $"/runs/{runId}", new Accepted(label.Text, runId, run.Mode.Name(), $"/runs/{runId}"));
    }

    private static async Task<IResult> EstimateAsync(
        HttpRequest request,
        Catalogue catalogue,
        RunEstimates estimates,
        TriggerClock clock,
        DataLabel label,
        CancellationToken cancellationToken)
    {
        var time = clock.GetUtcNow();
        var (run, refusal) = await ReadAsync(request, time, catalogue, cancellationToken);
        if (run is null)
        {
            return refusal!;
        }

        try
        {
            var estimate = await estimates.EstimateAsync(run, time, cancellationToken);
            return TypedResults.Ok(estimate with { Label = label.Text });
        }
        catch (RejectedEventException rejected)
        {
            return Refused(rejected);
        }
        catch (TransientFailureException failure)
        {
            return Outage.Tell("The run could not be estimated.", failure);
        }
    }

    /// <summary>The run that a body requests; or why it does not.</summary>
    private static async Task<(RunRequested? Run, IResult? Refusal)> ReadAsync(
        HttpRequest request, DateTimeOffset time, Catalogue catalogue, CancellationToken cancellationToken)
    {
        if (await BodyAsync(request, cancellationToken) is not { } body)
        {
            return (null, TypedResults.Problem(
                title: "The run cannot be requested.",
                detail: $"The body is longer than {MaxBytes} bytes. A run request is a small JSON object.",
                statusCode: StatusCodes.Status413PayloadTooLarge));
        }

        try
        {
            return (RunRequestedReader.Read(body, DateOnly.FromDateTime(time.UtcDateTime), catalogue), null);
        }
        catch (RejectedEventException rejected)
        {
            return (null, Refused(rejected));
        }
    }

    private static ProblemHttpResult Refused(RejectedEventException rejected) => TypedResults.Problem(
        title: "The run cannot be requested.",
        detail: $"{rejected.Message} {rejected.Hint}",
        statusCode: StatusCodes.Status400BadRequest);

    /// <summary>The body; null if it is too long.</summary>
    private static async Task<ReadOnlyMemory<byte>?> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > MaxBytes)
            {
                return null;
            }

            await body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return body.ToArray();
    }

    internal sealed record Accepted(string? Label, string RunId, string Mode, string Location);

    /// <summary>What the body may contain; every field is optional, and an empty body is the daily run.</summary>
    /// <param name="Mode"><c>production</c> (the default), <c>development</c> or <c>dry_run</c>.</param>
    /// <param name="Days">How many closed days, 1 to 30; not together with <paramref name="From"/>.</param>
    /// <param name="Force">Also read settled days, and load windows that did not change.</param>
    /// <param name="Vendors">Only these vendors.</param>
    /// <param name="Accounts">Only these accounts.</param>
    /// <param name="Reports">Only these reports.</param>
    /// <param name="From">The first day, UTC.</param>
    /// <param name="To">The last day, UTC, inclusive.</param>
    internal sealed record RunBody(
        string? Mode,
        int? Days,
        bool? Force,
        string[]? Vendors,
        string[]? Accounts,
        string[]? Reports,
        DateOnly? From,
        DateOnly? To);
}

/// <summary>
/// The clock for the triggers that this process publishes; nothing else reads it, so a local machine can set it.
/// </summary>
internal sealed class TriggerClock(TimeProvider clock)
{
    public DateTimeOffset GetUtcNow() => clock.GetUtcNow();
}
