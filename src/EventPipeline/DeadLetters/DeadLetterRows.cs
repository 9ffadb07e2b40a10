using System.Globalization;
using System.Text.Json;
using EventPipeline.Load;
using EventPipeline.Messages;

namespace EventPipeline.DeadLetters;

/// <summary>The rows of the table <c>dead_letter</c>, and of the view <c>dead_letters</c>.</summary>
internal static class DeadLetterRows
{
    /// <summary>The columns of a row.</summary>
    public static Dictionary<string, object?> Write(
        DeadLetter letter, string state, long reopened, DateTimeOffset recordedAt)
    {
        var subject = LetterContent.SubjectOf(letter);
        var window = subject?.Window;
        return new()
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
            ["run_id"] = subject?.RunId,
            ["mode"] = subject?.Mode,
            ["vendor"] = window?.Vendor,
            ["account"] = window?.Account,
            ["report"] = window?.Report,
            ["window_start"] = window?.From,
            ["window_end"] = window?.To,
            ["windows"] = subject?.Windows,
            ["days"] = subject?.Windows == 1 ? (long?)window?.Days : null,
            ["last_error"] = letter.LastError,
        };
    }

    /// <summary>Reads a row.</summary>
    public static StoredDeadLetter Read(Row row, IReadOnlyDictionary<string, string> attributes, string payload) =>
        new(
        new DeadLetter
        {
            Id = row.Text("id"),
            SourceTopic = row.TextOrNull("source_topic"),
            Reason = row.Text("reason"),
            Cause = row.Text("cause"),
            Hint = row.Text("hint"),
            LastError = row.TextOrNull("last_error"),
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
        Decided = row.Text("decided"),
        Subject = row.TextOrNull("run_id") is { } runId
            ? new LetterSubject(runId, row.TextOrNull("mode"), WindowOf(row), row.GetInt64OrNull("windows"))
            : null,
    };

    private static Window? WindowOf(Row row) => row.TextOrNull("vendor") is { } vendor
        ? new Window(
            vendor, row.Text("account"), row.Text("report"), row.Date("window_start"), row.Date("window_end"))
        : null;
}
