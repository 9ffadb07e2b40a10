-- Whether a run was cancelled, and whether that was announced.
-- @run_id STRING
SELECT
  COUNT(CASE WHEN event = 'run_cancelled' THEN 1 END) AS cancelled,
  COUNT(CASE WHEN event = 'completed' AND state = 'cancelled' THEN 1 END) AS told
FROM {dataset}.run_events
WHERE run_id = @run_id;
