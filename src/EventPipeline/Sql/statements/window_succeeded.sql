-- Whether a window of a dry run has succeeded.
-- @run_id STRING
-- @window_id STRING
-- @since TIMESTAMP
SELECT COUNT(*) AS ends
FROM {dataset}.run_events
WHERE run_id = @run_id AND recorded_at >= @since
  AND event = 'window_ended' AND window_id = @window_id AND state IN ('loaded', 'empty', 'unchanged');
