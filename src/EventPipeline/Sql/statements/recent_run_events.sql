-- The events of the newest runs that began on a day or later and before another run, among them what their windows have committed.
-- @mode STRING
-- @since TIMESTAMP
-- @before TIMESTAMP
-- @before_run STRING
-- @limit INT64
WITH events AS (
  SELECT run_id, event, mode, window_id, vendor, account, report, window_start, window_end, state, row_count, tokens, amount_usd, estimated_usd, load_id, attempt, reason, details, recorded_at, plan_id
  FROM {dataset}.run_events
  UNION ALL
  SELECT
    run_id, 'window_committed' AS event, @mode AS mode, window_id, vendor, account, report, CAST(NULL AS DATE) AS window_start, CAST(NULL AS DATE) AS window_end, state,
  CAST(NULL AS INT64) AS row_count, CAST(NULL AS INT64) AS tokens, CAST(NULL AS BIGNUMERIC) AS amount_usd, CAST(NULL AS BIGNUMERIC) AS estimated_usd, load_id,
  CAST(NULL AS INT64) AS attempt, CAST(NULL AS STRING) AS reason, window_outcome AS details, committed_at AS recorded_at, CAST(NULL AS STRING) AS plan_id
  FROM {dataset}.slice_versions
  WHERE window_outcome IS NOT NULL
)
SELECT e.run_id, e.event, e.mode, e.window_id, e.vendor, e.account, e.report, e.window_start, e.window_end, e.state, e.row_count, e.tokens, e.amount_usd, e.estimated_usd, e.load_id, e.attempt, e.reason, e.details, e.recorded_at, e.plan_id
FROM events AS e
JOIN (
  SELECT run_id, began
  FROM (
    SELECT run_id, began, ROW_NUMBER() OVER (ORDER BY began DESC, run_id DESC) AS position
    FROM (SELECT run_id, MIN(recorded_at) AS began FROM events GROUP BY run_id) AS runs
    WHERE began >= @since AND (began < @before OR (began = @before AND run_id < @before_run))
  ) AS numbered
  WHERE position <= @limit
) AS r
  ON e.run_id = r.run_id
ORDER BY r.began DESC, e.run_id DESC, e.recorded_at;
