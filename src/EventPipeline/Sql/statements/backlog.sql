-- How many load jobs per table runs have published for beyond what daily runs need, less what a pause kept from being used, and which of them may have windows that wait.
-- @since TIMESTAMP
-- @day TIMESTAMP
SELECT
  run_id,
  mode,
  MIN(recorded_at) AS began,
  SUM(CASE WHEN recorded_at < @day THEN 0 WHEN event = 'planned' THEN COALESCE(row_count, 0) WHEN event = 'window_published' THEN COALESCE(row_count, 1) WHEN event = 'loads_unused' THEN -row_count ELSE 0 END) AS published,
  MAX(CASE WHEN event = 'window_waiting' OR state = 'waiting' THEN recorded_at END) AS waited_at,
  MAX(CASE WHEN event = 'completed' THEN recorded_at END) AS completed_at,
  MAX(CASE WHEN event = 'run_cancelled' THEN recorded_at END) AS cancelled_at,
  MAX(CASE WHEN event = 'run_paused' THEN recorded_at END) AS paused_at,
  MAX(CASE WHEN event = 'run_resumed' THEN recorded_at END) AS resumed_at
FROM {dataset}.run_events
WHERE recorded_at >= @since AND mode <> 'dry_run' AND event IN ('planned', 'window_waiting', 'window_published', 'completed', 'run_cancelled', 'run_paused', 'run_resumed', 'loads_unused')
GROUP BY run_id, mode
ORDER BY began, run_id;
