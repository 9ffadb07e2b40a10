-- The windows of a plan.
-- @run_id STRING
-- @plan_id STRING
-- @since TIMESTAMP
SELECT vendor, account, report, window_start, window_end, state, reason, details
FROM {dataset}.run_events
WHERE run_id = @run_id AND recorded_at >= @since AND event = 'window_planned' AND plan_id = @plan_id;
