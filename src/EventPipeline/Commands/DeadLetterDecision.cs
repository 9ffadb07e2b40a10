using System.CommandLine;
using System.Globalization;
using EventPipeline.DeadLetters;

namespace EventPipeline.Commands;

/// <summary>
/// Replays or discards dead letters one by one, no faster than it may. Each is done or not: stopped half-way, the same
/// command goes on with those that are still open.
/// </summary>
internal sealed class DeadLetterDecision(
    ServiceClient service, TimeProvider clock, InvocationConfiguration console, string verb)
{
    private const int ToldEvery = 100;

    private string Done => verb == "replay" ? "replayed" : "discarded";

    /// <returns>The exit code.</returns>
    public async Task<int> MakeAsync(
        IReadOnlyList<string>? ids,
        DeadLetterFilter filter,
        bool force,
        int perSecond,
        Consent consent,
        CancellationToken cancellationToken)
    {
        if (ids is null)
        {
            var letters = await service.ListDeadLettersAsync(filter, int.MaxValue, cancellationToken);
            if (letters.Count == 0)
            {
                await console.Output.WriteLineAsync("There is no such dead letter (open).");
                return 0;
            }

            await DeadLetterText.WriteAsync(
                console.Output, await service.GroupDeadLettersAsync(filter, cancellationToken));
            ids = [.. letters.Select(letter => letter.Id)];
        }
        else if (await WithoutReplayedAsync(ids, force, cancellationToken) is { Count: > 0 } left)
        {
            ids = left;
        }
        else
        {
            return 0;
        }

        if (!service.Address.IsLoopback)
        {
            await console.Output.WriteLineAsync($"At {service.Address}:");
        }

        await console.Output.WriteLineAsync(Counted(ids.Count, $"would be {Done}"));
        return await consent.AskAsync(Done, cancellationToken)
            ?? await MakeAsync(ids, force, perSecond, cancellationToken);
    }

    /// <summary>The letters without those that were replayed and have not come back.</summary>
    private async Task<IReadOnlyList<string>> WithoutReplayedAsync(
        IReadOnlyList<string> ids, bool force, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        foreach (var id in ids)
        {
            var letter = await service.GetDeadLetterAsync(id, cancellationToken);
            if (verb == "replay" && letter.State == DeadLetterState.Replayed && !force)
            {
                await console.Output.WriteLineAsync(
                    $"{id} was replayed and has not failed since; --force replays it again.");
                continue;
            }

            left.Add(id);
        }

        return left;
    }

    private async Task<int> MakeAsync(
        IReadOnlyList<string> ids, bool force, int perSecond, CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(
            TimeSpan.FromMilliseconds(Math.Max(1, 1000.0 / perSecond)), clock);
        var (done, refused) = (0, 0);
        foreach (var id in ids)
        {
            if (done + refused > 0)
            {
                await pace.WaitForNextTickAsync(cancellationToken);
            }

            try
            {
                _ = verb == "replay"
                    ? await service.ReplayDeadLetterAsync(id, force, cancellationToken)
                    : await service.DiscardDeadLetterAsync(id, cancellationToken);
                done++;
            }
            catch (ConflictException conflict)
            {
                refused++;
                await console.Error.WriteLineAsync(conflict.Message);
            }
            catch (TransientFailureException failure)
            {
                throw new TransientFailureException(
                    $"{failure.Message} {Counted(done, $"{Done} so far")} Run the same command again to go on.",
                    failure);
            }

            if ((done + refused) % ToldEvery == 0)
            {
                await console.Error.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{done + refused} of {ids.Count}"));
            }
        }

        await console.Output.WriteLineAsync(Counted(done, Done));
        return refused == 0 ? 0 : 1;
    }

    private static string Counted(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} dead {(count == 1 ? "letter" : "letters")} {what}.");
}
