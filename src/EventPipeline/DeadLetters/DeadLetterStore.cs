using System.Globalization;
using System.Text.Json;
using EventPipeline.Load;
using Microsoft.Extensions.Options;

namespace EventPipeline.DeadLetters;

/// <summary>
/// The table <c>dead_letter</c> of the production dataset. Rows are only added; the view <c>dead_letters</c> shows each dead letter's newest state.
/// </summary>
internal sealed class DeadLetterStore(IWarehouse warehouse, IOptions<DatasetOptions> datasets)
{
    private string Dataset => datasets.Value.Dataset;

    /// <summary>Stores a dead letter, once per message and number of replays.</summary>
    public Task RecordOpenAsync(DeadLetter letter, DateTimeOffset recordedAt, CancellationToken cancellationToken) =>
        RecordAsync(letter, DeadLetterState.Open, recordedAt, cancellationToken);

    /// <summary>Stores a new state. Rows are ordered by replays and state, not by time, so that it does not matter which is written first.</summary>
    public Task RecordAsync(DeadLetter letter, string state, DateTimeOffset recordedAt, CancellationToken cancellationToken) =>
        warehouse.ExecuteAsync(
            Dataset,
            FormattableString.Invariant($"{letter.Id}_{letter.Replays}_{state}"),
            Statement.Insert("insert_dead_letter", [RowOf(letter, state, recordedAt)]),
            cancellationToken);

    /// <summary>The newest state of dead letters, those seen last first, without attributes and payload.</summary>
    /// <param name="state">Only these; null for all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(string? state, int limit, CancellationToken cancellationToken)
    {
        var rows = await warehouse.QueryAsync(Dataset, Statement.Of("list_dead_letters", ("state", state), ("most", (long)limit)), cancellationToken);
        return [.. rows.Select(row => Stored(row, new Dictionary<string, string>(), ""))];
    }

    /// <summary>One dead letter, whole; null when there is none of that id.</summary>
    public async Task<StoredDeadLetter?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!DeadLetter.IsId(id))
        {
            return null;
        }

        var rows = await warehouse.QueryAsync(Dataset, Statement.Of("find_dead_letter", ("id", id)), cancellationToken);
        return rows.Count == 0
            ? null
            : Stored(
                rows[0],
                JsonSerializer.Deserialize(rows[0].Text("attributes"), DeadLetterJson.Default.IReadOnlyDictionaryStringString)!,
                rows[0].TextOrNull("payload") ?? "");
    }

    /// <summary>How many dead letters there are by state; a state without any is 0.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = DeadLetterState.All.ToDictionary(state => state, _ => 0L);
        foreach (var row in await warehouse.QueryAsync(Dataset, Statement.Of("count_dead_letters"), cancellationToken))
        {
            counts[row.Text("state")] = row.Whole("letters");
        }

        return counts;
    }

    /// <summary>The columns of a row.</summary>
    internal static Dictionary<string, object?> RowOf(DeadLetter letter, string state, DateTimeOffset recordedAt) => new()
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
        ["attributes"] = JsonSerializer.Serialize(letter.Attributes, DeadLetterJson.Default.IReadOnlyDictionaryStringString),
        ["payload"] = letter.Payload,
        ["payload_truncated"] = letter.PayloadTruncated,
        ["payload_bytes"] = letter.PayloadBytes,
        ["payload_sha256"] = letter.PayloadSha256,
        ["traceparent"] = letter.Traceparent,
        ["rejected_at"] = letter.RejectedAt,
        ["recorded_at"] = recordedAt,
    };

    private static StoredDeadLetter Stored(Row row, IReadOnlyDictionary<string, string> attributes, string payload) => new(
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
            Attempt = row.IsNull("attempt") ? null : Convert.ToInt32(row.Whole("attempt"), CultureInfo.InvariantCulture),
            Replays = Convert.ToInt32(row.Whole("replays"), CultureInfo.InvariantCulture),
            Attributes = attributes,
            Payload = payload,
            PayloadTruncated = row.Flag("payload_truncated"),
            PayloadBytes = row.Whole("payload_bytes"),
            PayloadSha256 = row.Text("payload_sha256"),
            Traceparent = row.TextOrNull("traceparent"),
            RejectedAt = row.Timestamp("rejected_at"),
        },
        row.Text("state"),
        row.Timestamp("first_seen"),
        row.Timestamp("last_seen"));
}

/// <summary>A dead letter as it stands.</summary>
/// <param name="Letter">What could not be done.</param>
/// <param name="State">One of <see cref="DeadLetterState"/>.</param>
/// <param name="FirstSeen">When it was first stored, UTC.</param>
/// <param name="LastSeen">When it last came, or its state last changed, UTC.</param>
internal sealed record StoredDeadLetter(DeadLetter Letter, string State, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);
