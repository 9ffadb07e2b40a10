-- @id STRING
-- @state STRING
-- @source_topic STRING
-- @reason STRING
-- @cause STRING
-- @hint STRING
-- @event_id STRING
-- @event_source STRING
-- @event_type STRING
-- @event_time TIMESTAMP
-- @message_id STRING
-- @publish_time TIMESTAMP
-- @subscription STRING
-- @attempt INT64
-- @replays INT64
-- @attributes STRING
-- @payload STRING
-- @payload_truncated BOOL
-- @payload_bytes INT64
-- @payload_sha256 STRING
-- @traceparent STRING
-- @rejected_at TIMESTAMP
-- @recorded_at TIMESTAMP
-- @reopened INT64
-- @copy_id STRING
-- @teller STRING
-- @run_id STRING
-- @mode STRING
-- @vendor STRING
-- @account STRING
-- @report STRING
-- @window_start DATE
-- @window_end DATE
-- @windows INT64
-- @days INT64
-- @last_error STRING
INSERT INTO {dataset}.dead_letter (
  id, state, source_topic, reason, cause, hint, event_id, event_source, event_type, event_time, message_id, publish_time, subscription,
  attempt, replays, attributes, payload, payload_truncated, payload_bytes, payload_sha256, traceparent, rejected_at, recorded_at,
  reopened, copy_id, teller, run_id, mode, vendor, account, report, window_start, window_end, windows, days, last_error
)
VALUES (
  @id, @state, @source_topic, @reason, @cause, @hint, @event_id, @event_source, @event_type, @event_time, @message_id, @publish_time,
  @subscription, @attempt, @replays, @attributes, @payload, @payload_truncated, @payload_bytes, @payload_sha256, @traceparent,
  @rejected_at, @recorded_at, @reopened, @copy_id, @teller,
  @run_id, @mode, @vendor, @account, @report, @window_start, @window_end, @windows, @days, @last_error
)
