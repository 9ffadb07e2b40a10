-- Dead letters that pass a filter, most recently seen first, after another one.
-- @state STRING
-- @cause STRING
-- @vendor STRING
-- @account STRING
-- @run_id STRING
-- @since TIMESTAMP
-- @before TIMESTAMP
-- @after_id STRING
-- @most INT64
SELECT
  id, state, decided, source_topic, reason, cause, hint, event_id, event_source, event_type, event_time, message_id, publish_time, subscription,
  attempt, replays, payload_truncated, payload_bytes, payload_sha256, traceparent, rejected_at, first_seen, last_seen,
  COALESCE(reopened, 0) AS reopened, run_id, mode, vendor, account, report, window_start, window_end, windows, last_error
FROM {dataset}.dead_letters
WHERE {chosen}
  AND (last_seen < @before OR (last_seen = @before AND id > @after_id))
ORDER BY last_seen DESC, id
LIMIT @most
