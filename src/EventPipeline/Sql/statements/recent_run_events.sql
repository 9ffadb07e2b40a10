-- The events of the newest runs.
-- @limit INT64
SELECT e.run_id, e.event, e.mode, e.window_id, e.vendor, e.account, e.report, e.window_start, e.window_end, e.state, e.row_count, e.tokens, e.amount_usd, e.estimated_usd, e.load_id, e.attempt,
  e.reason, e.details, e.recorded_at
FROM {dataset}.run_events AS e
JOIN (
  SELECT run_id, began
  FROM (
    SELECT run_id, began, ROW_NUMBER() OVER (ORDER BY began DESC, run_id DESC) AS position
    FROM (SELECT run_id, MIN(recorded_at) AS began FROM {dataset}.run_events GROUP BY run_id) AS runs
  ) AS numbered
  WHERE position <= @limit
) AS r
  ON e.run_id = r.run_id
ORDER BY r.began DESC, e.run_id DESC, e.recorded_at;
