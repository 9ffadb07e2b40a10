namespace EventPipeline.Google.BigQuery;

/// <summary>
/// Spreads over time what changes a table. BigQuery accepts 25 statements that change a table in 10 seconds, and 50
/// load jobs into a partitioned one: https://cloud.google.com/bigquery/quotas#standard_tables. Other instances share
/// that, so this one keeps below it; what is refused all the same is tried again.
/// </summary>
internal sealed class TablePace(TimeProvider clock)
{
    /// <summary>How many statements BigQuery accepts that change one table, from all instances together.</summary>
    public const int StatementsPerMinute = 25 * 6;

    private const int Statements = 20;
    private const int Loads = 40;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Dataset, string What), Queue<DateTimeOffset>> _turns = [];

    /// <summary>Waits for the turn of a statement, which changes always the same table.</summary>
    public Task StatementAsync(string dataset, string name, CancellationToken cancellationToken) =>
        EnterAsync((dataset, name), Statements, cancellationToken);

    /// <summary>Waits for the turn of a load job.</summary>
    public Task LoadAsync(string dataset, string table, CancellationToken cancellationToken) =>
        EnterAsync((dataset, $"load {table}"), Loads, cancellationToken);

    private Task EnterAsync((string Dataset, string What) key, int most, CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_lock)
        {
            if (!_turns.TryGetValue(key, out var turns))
            {
                _turns.Add(key, turns = []);
            }

            var now = clock.GetUtcNow();
            var turn = turns.Count == most && turns.Dequeue() + Period is var free && free > now ? free : now;
            turns.Enqueue(turn);
            wait = turn - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, clock, cancellationToken) : Task.CompletedTask;
    }
}
