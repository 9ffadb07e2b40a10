using System.CommandLine;
using System.Globalization;
using EventPipeline.DeadLetters;

namespace EventPipeline.Commands;

/// <summary>
/// Replays or discards dead letters one by one, no faster than it may. Each is done or not: stopped half-way, the same
/// command goes on with those that are still open.
/// </summary>
/// <param name="service">The service that does it.</param>
/// <param name="clock">Keeps the pace.</param>
/// <param name="console">Where it is told.</param>
/// <param name="done">What is done, in the past tense: <c>replayed</c>.</param>
/// <param name="decide">Does it to a letter.</param>
internal sealed class DeadLetterDecision(
    ServiceClient service,
    TimeProvider clock,
    InvocationConfiguration console,
    string done,
    Func<string, CancellationToken, Task<DeadLetterSummary>> decide)
{
    private const int ToldEvery = 100;

    /// <summary>Whether named letters that were replayed and have not come back are left alone.</summary>
    public bool LeavesReplayed { get; init; }

    /// <returns>The exit code.</returns>
    public async Task<int> MakeAsync(
        IReadOnlyList<string>? ids,
        DeadLetterFilter filter,
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
        else if (await WithoutReplayedAsync(ids, cancellationToken) is { Count: > 0 } left)
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

        await console.Output.WriteLineAsync(Counted(ids.Count, $"would be {done}"));
        return await consent.AskAsync(done, cancellationToken)
            ?? await MakeAsync(ids, perSecond, cancellationToken);
    }

    /// <summary>The letters without those that were replayed and have not come back.</summary>
    private async Task<IReadOnlyList<string>> WithoutReplayedAsync(
        IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        foreach (var id in ids)
        {
            var letter = await service.GetDeadLetterAsync(id, cancellationToken);
            if (LeavesReplayed && letter.State == DeadLetterState.Replayed)
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
        IReadOnlyList<string> ids, int perSecond, CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(
            TimeSpan.FromMilliseconds(Math.Max(1, 1000.0 / perSecond)), clock);
        var (count, refused) = (0, 0);
        foreach (var id in ids)
        {
            if (count + refused > 0)
            {
                await pace.WaitForNextTickAsync(cancellationToken);
            }

            try
            {
                await decide(id, cancellationToken);
                count++;
            }
            catch (ConflictException conflict)
            {
                refused++;
                await console.Error.WriteLineAsync(conflict.Message);
            }
            catch (TransientFailureException failure)
            {
                throw new TransientFailureException(
                    $"{failure.Message} {Counted(count, $"{done} so far")} Run the same command again to go on.",
                    failure);
            }

            if ((count + refused) % ToldEvery == 0)
            {
                await console.Error.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{count + refused} of {ids.Count}"));
            }
        }

        await console.Output.WriteLineAsync(Counted(count, done));
        return refused == 0 ? 0 : 1;
    }

    private static string Counted(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} dead {(count == 1 ? "letter" : "letters")} {what}.");
}
