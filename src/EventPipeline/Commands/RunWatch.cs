using System.CommandLine;
using System.Text.Json;
using EventPipeline.Ledger;
using EventPipeline.Load;

namespace EventPipeline.Commands;

/// <summary>
/// Follows a run: a line on standard error whenever it has gone on, and at its end how it ended, with the windows that
/// did not succeed.
/// </summary>
internal sealed class RunWatch(ServiceClient service, TimeProvider clock, InvocationConfiguration console)
{
    private const int Refused = 4;
    private const int Waits = 5;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <returns>The exit code: <see cref="ExitCodeOf"/>.</returns>
    public async Task<int> FollowAsync(string? runId, bool asJson, CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(Every, clock);
        var run = await service.FindRunAsync(runId, cancellationToken);
        for (string? before = null; !IsOver(run);)
        {
            if (!service.IsAtWork)
            {
                await console.Error.WriteLineAsync(
                    $"{RunText.Head(run)} No service works on it: start 'serve', and watch it again.");
                return 1;
            }

            var now = RunText.Head(run);
            if (now != before)
            {
                await console.Error.WriteLineAsync(now);
                before = now;
            }

            await tick.WaitForNextTickAsync(cancellationToken);
            run = await service.FindRunAsync(run.RunId, cancellationToken);
        }

        if (asJson)
        {
            await console.Output.WriteLineAsync(JsonSerializer.Serialize(run, ApiJson.Options));
        }
        else
        {
            await RunText.WriteAsync(
                console.Output, run, [.. run.Windows.Where(window => !IsFine(window.State))]);
        }

        return ExitCodeOf(run);
    }

    /// <summary>
    /// 0 of a run that completed, 4 if it did without reports that vendors refuse, 5 of one that waits or is paused, 1
    /// of every other.
    /// </summary>
    public static int ExitCodeOf(RunDocument run) => run switch
    {
        { Outcome: RunDocument.Completed, RefusedWindows: 0 } => 0,
        { Outcome: RunDocument.Completed } => Refused,
        { State: RunDocument.Waiting or RunDocument.Paused } => Waits,
        _ => 1,
    };

    private static bool IsFine(string state) =>
        WindowState.IsSuccess(state) || state is WindowState.Skipped or WindowDocument.Waiting;

    /// <summary>Whether nothing more of a run happens by itself today.</summary>
    public static bool IsOver(RunDocument run) =>
        run.Outcome is not null || run.State is RunDocument.Stalled or RunDocument.Waiting or RunDocument.Paused;
}
