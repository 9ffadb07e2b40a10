using System.Globalization;
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
                "dead_letter_standing", ("id", letter.Id), ("copy_id", copyId), ("rejected_at", letter.RejectedAt)),
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
        var row = RowOf(letter, DeadLetterState.Open, reopened, recordedAt);
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
        RowOf(decided.Letter, decided.State, decided.Reopened, recordedAt),
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

    /// <summary>The newest state of dead letters, most recently seen first, without attributes and payload.</summary>
    /// <param name="state">Only these; null for all.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(
        string? state, int limit, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(
            Dataset, Statement.Create("list_dead_letters", ("state", state), ("most", (long)limit)), cancellationToken);
        return [.. rows.Select(row => Stored(row, new Dictionary<string, string>(), ""))];
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
            : Stored(
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

    /// <summary>The columns of a row.</summary>
    internal static Dictionary<string, object?> RowOf(
        DeadLetter letter, string state, long reopened, DateTimeOffset recordedAt) => new()
    {
        ["id"] = letter.Id,
        ["state"] = state,
        ["source_topic"] = letter.SourceTopic,
        ["reason"] = letter.Reason,
        ["cause"] = letter.Cause,
        ["hint"] = letter.Hint,
        ["event_id"] = letter.EventId,
        ["event_source"] = letter.EventSource,
        ["event_type"] = letter.EventType,
        ["event_time"] = letter.EventTime,
        ["message_id"] = letter.MessageId,
        ["publish_time"] = letter.PublishTime,
        ["subscription"] = letter.Subscription,
        ["attempt"] = (long?)letter.Attempt,
        ["replays"] = (long)letter.Replays,
        ["attributes"] =
            JsonSerializer.Serialize(letter.Attributes, DeadLetterJson.Default.IReadOnlyDictionaryStringString),
        ["payload"] = letter.Payload,
        ["payload_truncated"] = letter.PayloadTruncated,
        ["payload_bytes"] = letter.PayloadBytes,
        ["payload_sha256"] = letter.PayloadSha256,
        ["traceparent"] = letter.Traceparent,
        ["rejected_at"] = letter.RejectedAt,
        ["recorded_at"] = recordedAt,
        ["reopened"] = reopened,
        ["copy_id"] = null,
        ["teller"] = null,
    };

    private static StoredDeadLetter Stored(Row row, IReadOnlyDictionary<string, string> attributes, string payload) =>
        new(
        new DeadLetter
        {
            Id = row.Text("id"),
            SourceTopic = row.TextOrNull("source_topic"),
            Reason = row.Text("reason"),
            Cause = row.Text("cause"),
            Hint = row.Text("hint"),
            EventId = row.TextOrNull("event_id"),
            EventSource = row.TextOrNull("event_source"),
            EventType = row.TextOrNull("event_type"),
            EventTime = row.TimestampOrNull("event_time"),
            MessageId = row.TextOrNull("message_id"),
            PublishTime = row.TimestampOrNull("publish_time"),
            Subscription = row.TextOrNull("subscription"),
            Attempt = row.IsNull("attempt")
                ? null
                : Convert.ToInt32(row.GetInt64("attempt"), CultureInfo.InvariantCulture),
            Replays = Convert.ToInt32(row.GetInt64("replays"), CultureInfo.InvariantCulture),
            Attributes = attributes,
            Payload = payload,
            PayloadTruncated = row.Flag("payload_truncated"),
            PayloadBytes = row.GetInt64("payload_bytes"),
            PayloadSha256 = row.Text("payload_sha256"),
            Traceparent = row.TextOrNull("traceparent"),
            RejectedAt = row.Timestamp("rejected_at"),
        },
        row.Text("state"),
        row.Timestamp("first_seen"),
        row.Timestamp("last_seen"))
    {
        Reopened = row.GetInt64("reopened"),
    };
}

/// <summary>A dead letter in its current state.</summary>
/// <param name="Letter">What could not be processed.</param>
/// <param name="State">One of <see cref="DeadLetterState"/>.</param>
/// <param name="FirstSeen">When it was first stored, UTC.</param>
/// <param name="LastSeen">When it last arrived, or its state last changed, UTC.</param>
internal sealed record StoredDeadLetter(
    DeadLetter Letter, string State, DateTimeOffset FirstSeen, DateTimeOffset LastSeen)
{
    /// <summary>How often its message had arrived again after it was discarded or replayed.</summary>
    public long Reopened { get; init; }
}
