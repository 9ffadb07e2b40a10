-- Runs that were not announced to have ended, and of which nothing was recorded in some time. Commits are not looked at: what they end is not recorded here.
-- @since TIMESTAMP
-- @before TIMESTAMP
SELECT run_id, mode
FROM {dataset}.run_events
WHERE recorded_at >= @since
GROUP BY run_id, mode
HAVING MAX(recorded_at) < @before AND COUNT(CASE WHEN event = 'completed' THEN 1 END) = 0
ORDER BY MIN(recorded_at), run_id;
