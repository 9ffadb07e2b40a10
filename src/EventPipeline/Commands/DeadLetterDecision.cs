using System.CommandLine;
using System.Globalization;
using System.Text.Json;
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

    private readonly TextWriter _talk = asJson ? console.Error : console.Output;

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
        using var pace = new PeriodicTimer(
            TimeSpan.FromMilliseconds(Math.Max(1, 1000.0 / perSecond)), clock);
        var (letters, refused) = (new List<DeadLetterSummary>(), 0);
        foreach (var id in ids)
        {
            if (letters.Count + refused > 0)
            {
                await pace.WaitForNextTickAsync(cancellationToken);
            }

            try
            {
                letters.Add(await decide(id, cancellationToken));
            }
            catch (ConflictException conflict)
            {
                refused++;
                await console.Error.WriteLineAsync(conflict.Message);
            }
            catch (TransientFailureException failure)
            {
                await WriteAsync(letters);
                throw new TransientFailureException(
                    $"{failure.Message} {Counted(letters.Count, $"{done} so far")} Run the same command again to go "
                        + "on.",
                    failure);
            }

            if ((letters.Count + refused) % ToldEvery == 0)
            {
                await console.Error.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{letters.Count + refused} of {ids.Count}"));
            }
        }

        await _talk.WriteLineAsync(Counted(letters.Count, done));
        await WriteAsync(letters);
        return refused == 0 ? 0 : 1;
    }

    private Task WriteAsync(IReadOnlyList<DeadLetterSummary> letters) => asJson
        ? console.Output.WriteLineAsync(JsonSerializer.Serialize(letters, ApiJson.Options))
        : Task.CompletedTask;

    private static string Counted(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} dead {(count == 1 ? "letter" : "letters")} {what}.");
}
