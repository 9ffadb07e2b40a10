using System.Collections.Concurrent;

namespace EventPipeline.Load;

/// <summary>
/// Commits what was loaded. BigQuery accepts 25 inserts into a table in 10 seconds, which would be two and a half
/// windows a second; so what is to be committed while an insert is on its way shares the next one.
/// </summary>
internal sealed class Commits(IWarehouse warehouse, TimeProvider clock)
{
    // Longer than any attempt: nobody waits for it any more, and others must not wait for it for ever.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    // At 21 values a row, below the 10,000 that one statement takes.
    private const int MaxRows = 450;
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, SharedCalls<Commit, Outcome>> _lines = new();
    private readonly ConcurrentDictionary<(string Dataset, string Id), Task> _known = new();

    /// <summary>
    /// Inserts the rows of a commit, all or none. Repeated under the same id by this process, or by another one while
    /// it is alone, it changes nothing; repeated in company it is a second version of the same days, which views count
    /// once.
    /// </summary>
    /// <returns>Whether this call was the first, as far as can be told.</returns>
    /// <exception cref="TransientFailureException">It failed, or its outcome is unknown.</exception>
    public async Task<bool> InsertAsync(
        string dataset,
        string id,
        IReadOnlyList<IReadOnlyDictionary<string, object?>> rows,
        CancellationToken cancellationToken)
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_known.GetOrAdd((dataset, id), own.Task) is var other && other != own.Task)
        {
            await other.WaitAsync(cancellationToken);
            return false;
        }

        try
        {
            var line = _lines.GetOrAdd(dataset, name => new(commits => ExecuteAsync(name, commits), Fits, _ => false));
            var outcome = await line.CallAsync(new Commit(id, rows), cancellationToken);
            if (outcome.Failure is { } failure)
            {
                throw new TransientFailureException(failure.Message, failure);
            }

            own.SetResult();
            Forget();
            return outcome.IsFirst;
        }
        catch (Exception failure)
        {
            _known.TryRemove((dataset, id), out _);
            own.SetException(new TransientFailureException(
                $"Another delivery was about to commit the same days, and failed: {failure.Message}", failure));
            _ = own.Task.Exception; // Nobody may be waiting for it.
            throw;
        }
    }

    private static bool Fits(IReadOnlyList<Commit> commits, Commit next) =>
        commits.Sum(commit => commit.Rows.Count) + next.Rows.Count <= MaxRows;

    private async Task<Outcome> ExecuteAsync(string dataset, IReadOnlyList<Commit> commits)
    {
        var id = commits is [var only] ? only.Id : $"commits_{StatementId.HashOf(commits.Select(commit => commit.Id))}";
        try
        {
            var statement = Statement.Insert("insert_slice_versions", [.. commits.SelectMany(commit => commit.Rows)]);

            // Nobody's call: callers stop waiting when their time is over.
            using var limit = new CancellationTokenSource(Longest, clock);
            return new Outcome(await warehouse.ExecuteAsync(dataset, id, statement, limit.Token), null);
        }
        catch (Exception failure)
        {
            return new Outcome(false, failure);
        }
    }

    private void Forget()
    {
        if (_known.Count > MaxRemembered)
        {
            foreach (var known in _known.Where(known => known.Value.IsCompleted))
            {
                _known.TryRemove(known);
            }
        }
    }

    private sealed record Commit(string Id, IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows);

    private sealed record Outcome(bool IsFirst, Exception? Failure);
}
