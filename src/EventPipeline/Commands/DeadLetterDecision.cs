using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EventPipeline.DeadLetters;

namespace EventPipeline.Commands;

/// <summary>
/// Replays or discards dead letters, a few at a time and no faster than it may. Each is done or not: stopped half-way,
/// the same command goes on with those that are still open.
/// </summary>
/// <param name="service">The service that does it.</param>
/// <param name="clock">Keeps the pace.</param>
/// <param name="console">Where it is told.</param>
/// <param name="done">What is done, in the past tense: <c>replayed</c>.</param>
/// <param name="decide">Does it to a letter.</param>
/// <param name="asJson">Whether only the letters as they are then are written to standard output, as JSON.</param>
internal sealed class DeadLetterDecision(
    ServiceClient service,
    TimeProvider clock,
    InvocationConfiguration console,
    string done,
    Func<string, CancellationToken, Task<DeadLetterSummary>> decide,
    bool asJson)
{
    private const int ToldEvery = 100;

    // Each waits for the warehouse for most of its time: one by one, five thousand would take hours.
    private const int AtOnce = 8;

    private readonly TextWriter _talk = asJson ? console.Error : console.Output;
    private readonly TextWriter _error = TextWriter.Synchronized(console.Error);

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
        var letters = ids is null
            ? await ChooseAsync(filter, cancellationToken)
            : await NamedAsync(ids, cancellationToken);
        if (letters.Count == 0)
        {
            await WriteAsync(letters);
            return 0;
        }

        if (!service.Address.IsLoopback)
        {
            await _talk.WriteLineAsync($"At {service.Address}:");
        }

        await _talk.WriteLineAsync(Counted(letters.Count, $"would be {done}"));
        if (await consent.AskAsync(done, cancellationToken) is { } answer)
        {
            await WriteAsync(consent.IsDryRun ? letters : []);
            return answer;
        }

        return await MakeAsync([.. letters.Select(letter => letter.Id)], perSecond, cancellationToken);
    }

    private async Task<IReadOnlyList<DeadLetterSummary>> ChooseAsync(
        DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        var letters = await service.ListDeadLettersAsync(filter, int.MaxValue, cancellationToken);
        if (letters.Count == 0)
        {
            await _talk.WriteLineAsync("There is no such dead letter (open).");
            return [];
        }

        await DeadLetterText.WriteAsync(_talk, await service.GroupDeadLettersAsync(filter, cancellationToken));
        return letters;
    }

    /// <summary>The letters without those that were replayed and have not come back.</summary>
    private async Task<IReadOnlyList<DeadLetterSummary>> NamedAsync(
        IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var left = new List<DeadLetterSummary>();
        foreach (var id in ids)
        {
            var letter = await service.GetDeadLetterAsync(id, cancellationToken);
            if (LeavesReplayed && letter.State == DeadLetterState.Replayed)
            {
                await _talk.WriteLineAsync(
                    $"{id} was replayed and has not failed since; --force replays it again.");
                continue;
            }

            left.Add(letter);
        }

        return left;
    }

    private async Task<int> MakeAsync(
        IReadOnlyList<string> ids, int perSecond, CancellationToken cancellationToken)
    {
        var letters = new DeadLetterSummary?[ids.Count];
        var (ended, refused) = (0, 0);
        Exception? failure = null;
        await Parallel.ForEachAsync(
            PacedAsync(ids, perSecond, () => failure is null, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (one, token) =>
            {
                try
                {
                    letters[one.Index] = await decide(one.Id, token);
                }
                catch (ConflictException conflict)
                {
                    Interlocked.Increment(ref refused);
                    await _error.WriteLineAsync(conflict.Message);
                }
                catch (Exception failed) when (failed is TransientFailureException or UsageException)
                {
                    failure ??= failed; // What is on its way ends as it does.
                    return;
                }

                if (Interlocked.Increment(ref ended) is var count && count % ToldEvery == 0)
                {
                    await _error.WriteLineAsync(
                        string.Create(CultureInfo.InvariantCulture, $"{count:N0} of {ids.Count:N0}"));
                }
            });
        List<DeadLetterSummary> made = [.. letters.OfType<DeadLetterSummary>()];
        if (failure is not null)
        {
            await WriteAsync(made);
            var said = $"{failure.Message} {Counted(made.Count, $"{done} so far")} "
                + "Run the same command again to go on.";
            throw failure is UsageException ? new UsageException(said) : new TransientFailureException(said, failure);
        }

        await _talk.WriteLineAsync(Counted(made.Count, done));
        await WriteAsync(made);
        return refused == 0 ? 0 : 1;
    }

    private async IAsyncEnumerable<(int Index, string Id)> PacedAsync(
        IReadOnlyList<string> ids,
        int perSecond,
        Func<bool> goesOn,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(Math.Max(1, 1000.0 / perSecond)), clock);
        foreach (var (index, id) in ids.Index())
        {
            if (index > 0)
            {
                await pace.WaitForNextTickAsync(cancellationToken);
            }

            if (!goesOn())
            {
                yield break;
            }

            yield return (index, id);
        }
    }

    private Task WriteAsync(IReadOnlyList<DeadLetterSummary> letters) => asJson
        ? console.Output.WriteLineAsync(JsonSerializer.Serialize(letters, ApiJson.Options))
        : Task.CompletedTask;

    private static string Counted(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} dead {(count == 1 ? "letter" : "letters")} {what}.");
}
