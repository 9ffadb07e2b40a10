-- How many windows of a run have ended, of those that its plan reads: counted, so that it takes as long for many as for few. And which outcomes were told.
-- Where asked for, what became visible of some loads follows: visible_days, as rows of their own.
-- @run_id STRING
-- @plan_id STRING
-- @since TIMESTAMP
-- @from DATE
-- @to DATE
WITH events AS (
  SELECT event, window_id, state, plan_id
  FROM {dataset}.run_events
  WHERE run_id = @run_id AND recorded_at >= @since
),
ends AS (
  SELECT window_id, MAX(best) AS best
  FROM (
    SELECT window_id, CASE WHEN state IN ('loaded', 'empty', 'unchanged') THEN 2 WHEN state = 'refused' THEN 1 ELSE 0 END AS best
    FROM events
    WHERE event = 'window_ended'
    UNION ALL
    SELECT window_id, 2 AS best
    FROM {dataset}.slice_versions
    WHERE run_id = @run_id AND window_outcome IS NOT NULL AND usage_date BETWEEN @from AND @to
  ) AS each_end
  GROUP BY window_id
)
SELECT
  COUNT(DISTINCT p.window_id) AS ended,
  COUNT(DISTINCT CASE WHEN e.best = 2 THEN p.window_id END) AS succeeded,
  COUNT(DISTINCT CASE WHEN e.best = 1 THEN p.window_id END) AS refused,
  (SELECT COUNT(*) FROM events WHERE event = 'run_cancelled') AS cancelled,
  (SELECT COUNT(*) FROM events WHERE event = 'completed' AND state = 'completed') AS told_completed,
  (SELECT COUNT(*) FROM events WHERE event = 'completed' AND state = 'failed') AS told_failed,
  (SELECT COUNT(*) FROM events WHERE event = 'completed' AND state = 'cancelled') AS told_cancelled,
  CAST(NULL AS STRING) AS load_id,
  CAST(NULL AS DATE) AS usage_date,
  CAST(NULL AS STRING) AS became
FROM events AS p
JOIN ends AS e
  ON p.window_id = e.window_id
WHERE p.event = 'window_planned' AND p.plan_id = @plan_id AND (p.state IS NULL OR p.state = 'waiting')
{visible};
