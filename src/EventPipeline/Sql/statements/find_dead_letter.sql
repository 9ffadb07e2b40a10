-- @id STRING
SELECT
  id, state, decided, source_topic, reason, cause, hint, event_id, event_source, event_type, event_time, message_id, publish_time, subscription,
  attempt, replays, payload_truncated, payload_bytes, payload_sha256, traceparent, rejected_at, first_seen, last_seen,
  COALESCE(reopened, 0) AS reopened, run_id, mode, vendor, account, report, window_start, window_end, windows, last_error, attributes, payload
FROM {dataset}.dead_letters
WHERE id = @id
