using System.CommandLine;
using System.Text.Json;

namespace EventPipeline.Commands;

/// <summary>
/// <c>backfill --from --to</c>: says what reading past days comes to, requests them, and follows the run. Exit codes:
/// 0 done; 1 the run did not complete, or nothing was confirmed; 2 an argument or a setting is wrong; 3 the service
/// could not be reached, or refused the caller; 4 the run completed without reports that vendors refuse; 5 the rest of
/// it waits for another day, or for somebody to resume it.
/// </summary>
internal static class BackfillCommand
{
    /// <param name="open">Opens the service that reads the days.</param>
    /// <param name="clock">Waits.</param>
    public static Command Create(OpenService open, TimeProvider clock)
    {
        var backfill = new Command(
            "backfill", "Reads past days: says what that comes to, asks, and follows the run to its end.");
        RunRequestOptions.AddTo(backfill);
        foreach (var option in new Option[] { Consent.Yes, Consent.DryRun, OutputOptions.Document })
        {
            backfill.Options.Add(option);
        }

        RemoteService.AddTo(backfill);
        backfill.Validators.Add(result =>
        {
            if (result.GetResult(RunRequestOptions.From) is null)
            {
                result.AddError("From which day? Give --from YYYY-MM-DD; --to is the last day, by default yesterday.");
            }
        });
        backfill.SetAction((arguments, cancellationToken) => open.AskAsync(
            arguments,
            service => FillAsync(arguments, service, clock, cancellationToken),
            cancellationToken));
        return backfill;
    }

    private static async Task<int> FillAsync(
        ParseResult arguments, ServiceClient service, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (console, json) = (arguments.InvocationConfiguration, arguments.GetValue(OutputOptions.Document));
        var (body, consent) = (RunRequestOptions.ReadBody(arguments), Consent.Read(arguments));
        var estimate = await service.EstimateRunAsync(body, cancellationToken);
        await EstimateText.WriteAsync(OutputOptions.TalkOf(arguments), estimate);
        if ((estimate.Windows == 0 ? 0 : await consent.AskAsync("requested", cancellationToken)) is { } answer)
        {
            if (json && answer == 0)
            {
                await console.Output.WriteLineAsync(JsonSerializer.Serialize(estimate, ApiJson.Options));
            }

            return answer;
        }

        var runId = await service.RequestRunAsync(body, cancellationToken);
        await console.Error.WriteLineAsync(
            service.IsOwn
                ? $"Run {runId} is requested. If this command is stopped, the next `run` or `serve` goes on with it."
                : $"Run {runId} is requested, and goes on without this command: `runs watch {runId}` follows it, "
                    + $"`runs pause {runId}` has it wait.");
        return await new RunWatch(service, clock, console).FollowAsync(runId, json, cancellationToken);
    }
}
