-- @state STRING
-- @most INT64
SELECT
  id, state, source_topic, reason, cause, hint, event_id, event_source, event_type, event_time, message_id, publish_time, subscription,
  attempt, replays, payload_truncated, payload_bytes, payload_sha256, traceparent, rejected_at, first_seen, last_seen,
  COALESCE(reopened, 0) AS reopened
FROM {dataset}.dead_letters
WHERE @state IS NULL OR state = @state
ORDER BY last_seen DESC, id
LIMIT @most
