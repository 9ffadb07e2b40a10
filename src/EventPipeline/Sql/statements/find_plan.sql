-- The plan of a run: what it plans, without its windows.
-- @run_id STRING
-- @since TIMESTAMP
SELECT details, plan_id, recorded_at
FROM {dataset}.run_events
WHERE run_id = @run_id AND recorded_at >= @since AND event = 'planned'
ORDER BY recorded_at
LIMIT 1;
