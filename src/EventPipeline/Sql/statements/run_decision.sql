-- What people have decided about a run, and whether its cancellation was announced.
-- @run_id STRING
SELECT
  COUNT(CASE WHEN event = 'run_cancelled' THEN 1 END) AS cancelled,
  MAX(CASE WHEN event = 'run_paused' THEN recorded_at END) AS paused_at,
  MAX(CASE WHEN event = 'run_resumed' THEN recorded_at END) AS resumed_at,
  COUNT(CASE WHEN event = 'completed' AND state = 'cancelled' THEN 1 END) AS told
FROM {dataset}.run_events
WHERE run_id = @run_id;
