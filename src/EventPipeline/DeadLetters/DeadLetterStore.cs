using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Messages;
using Microsoft.Extensions.Options;

namespace EventPipeline.DeadLetters;

/// <summary>
/// The table <c>dead_letter</c> of the production dataset. Rows are only added; the view <c>dead_letters</c> shows each
/// dead letter's newest state.
/// </summary>
internal sealed class DeadLetterStore(IWarehouse warehouse, IOptions<DatasetOptions> datasets)
{
    private string Dataset => datasets.Value.Dataset;

    /// <summary>
    /// Opens a dead letter, once however often its message arrives while it is open. One that was discarded or replayed
    /// is reopened by a message from the dead-letter topic that has not opened it before; a late redelivery of one that
    /// has changes nothing.
    /// </summary>
    /// <param name="letter">What could not be processed.</param>
    /// <param name="copyId">The message that brought it: the same for each delivery of one message.</param>
    /// <param name="recordedAt">Now, UTC.</param>
    /// <param name="cancellationToken">Stops waiting; the message is redelivered.</param>
    /// <returns>
    /// Whether this call opened it, rather than an earlier or concurrent one: only that call reports it.
    /// </returns>
    public async Task<bool> OpenAsync(
        DeadLetter letter, string copyId, DateTimeOffset recordedAt, CancellationToken cancellationToken)
    {
        var standing = await warehouse.QueryAsync(
            Dataset,
            Statement.Create(
                "dead_letter_standing", ("id", letter.Id), ("copy_id", copyId), ("rejected_at", letter.RejectedAt))
                .WithPart("newest_letter_first", Statement.Text("parts/newest_letter_first.sql").Trim()),
            cancellationToken);
        var reopened = 0L;
        if (standing is [var now])
        {
            var (state, replays) = (now.Text("state"), now.GetInt64("replays"));
            if (now.Flag("has_come") || (state == DeadLetterState.Open && letter.Replays <= replays))
            {
                return false;
            }

            // The number of a failed replay puts it last; what would otherwise sort before the current state starts
            // anew.
            var follows = letter.Replays > replays || (letter.Replays == replays && state == DeadLetterState.Replayed);
            reopened = now.GetInt64("reopened") + (follows ? 0 : 1);
        }

        var teller = $"{Guid.CreateVersion7(recordedAt):N}";
        var row = DeadLetterRows.Write(letter, DeadLetterState.Open, reopened, recordedAt);
        (row["copy_id"], row["teller"]) = (copyId, teller);
        await InsertAsync(letter, DeadLetterState.Open, reopened, row, cancellationToken);
        return (
            await warehouse.QueryAsync(
                Dataset,
                Statement.Create("dead_letters_told", ("id", letter.Id), ("teller", teller)),
                cancellationToken)).Count > 0;
    }

    /// <summary>
    /// Stores what a person decided. Rows are ordered by their counts and state, not by time, so it does not matter
    /// which is written first.
    /// </summary>
    public Task RecordAsync(StoredDeadLetter decided, DateTimeOffset recordedAt, CancellationToken cancellationToken) =>
        InsertAsync(
        decided.Letter,
        decided.State,
        decided.Reopened,
        DeadLetterRows.Write(decided.Letter, decided.State, decided.Reopened, recordedAt),
        cancellationToken);

    private Task<bool> InsertAsync(
        DeadLetter letter,
        string state,
        long reopened,
        Dictionary<string, object?> row,
        CancellationToken cancellationToken) =>
        warehouse.ExecuteAsync(
            Dataset,
            FormattableString.Invariant($"{letter.Id}_{letter.Replays}_{state}")
                + (reopened == 0 ? "" : FormattableString.Invariant($"_{reopened}")),
            Statement.Insert("insert_dead_letter", [row]),
            cancellationToken);

    /// <summary>Dead letters that pass a filter, most recently seen first, without attributes and payload.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">The one that the page before ended with; null for the first page.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(
        DeadLetterFilter filter, ListPlace? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            Dataset,
            Chosen(
                "list_dead_letters",
                filter,
                ("before", after?.Time ?? ListPlace.First.Time),
                ("after_id", after?.Id ?? ""),
                ("most", (long)limit)),
            cancellationToken);
        return [.. rows.Select(row => DeadLetterRows.Read(row, new Dictionary<string, string>(), ""))];
    }

    /// <summary>Dead letters that pass a filter, by cause and by whom they concern, the largest group first.</summary>
    public async Task<IReadOnlyList<DeadLetterGroup>> GroupAsync(
        DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            Dataset, Chosen("dead_letter_groups", filter), cancellationToken);
        return
        [
            .. rows.Select(row => new DeadLetterGroup(
                row.Text("cause"),
                row.TextOrNull("vendor"),
                row.TextOrNull("account"),
                row.TextOrNull("report"),
                row.GetInt64("letters"),
                row.Timestamp("first_seen"),
                row.Timestamp("last_seen"),
                row.Text("reason"),
                row.Text("hint"))),
        ];
    }

    /// <summary>One complete dead letter; null if there is none with that id.</summary>
    public async Task<StoredDeadLetter?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!DeadLetter.IsId(id))
        {
            return null;
        }

        var rows = await warehouse.QueryAsync(
            Dataset, Statement.Create("find_dead_letter", ("id", id)), cancellationToken);
        return rows.Count == 0
            ? null
            : DeadLetterRows.Read(
                rows[0],
                JsonSerializer.Deserialize(
                    rows[0].Text("attributes"), DeadLetterJson.Default.IReadOnlyDictionaryStringString)!,
                rows[0].TextOrNull("payload") ?? "");
    }

    /// <summary>How many dead letters each state has, 0 included.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = DeadLetterState.All.ToDictionary(state => state, _ => 0L);
        foreach (var row in
            await warehouse.QueryAsync(Dataset, Statement.Create("count_dead_letters"), cancellationToken))
        {
            counts[row.Text("state")] = row.GetInt64("letters");
        }

        return counts;
    }

    private static Statement Chosen(
        string name, DeadLetterFilter filter, params IEnumerable<(string Name, object? Value)> more) =>
        Statement.Create(name, filter.Parameters.Concat(more))
            .WithPart("chosen", Statement.Text("parts/chosen_letters.sql").Trim());
}
