-- The events of a run, among them what its windows have committed.
-- @run_id STRING
-- @mode STRING
-- @since TIMESTAMP
-- @from DATE
-- @to DATE
SELECT event, mode, window_id, vendor, account, report, window_start, window_end, state, row_count, tokens, amount_usd, estimated_usd, load_id, attempt, reason, details, recorded_at, plan_id
FROM {dataset}.run_events
WHERE run_id = @run_id AND recorded_at >= @since
UNION ALL
SELECT
  'window_committed' AS event, @mode AS mode, window_id, vendor, account, report, CAST(NULL AS DATE) AS window_start, CAST(NULL AS DATE) AS window_end, state,
  CAST(NULL AS INT64) AS row_count, CAST(NULL AS INT64) AS tokens, CAST(NULL AS BIGNUMERIC) AS amount_usd, CAST(NULL AS BIGNUMERIC) AS estimated_usd, load_id,
  CAST(NULL AS INT64) AS attempt, CAST(NULL AS STRING) AS reason, window_outcome AS details, committed_at AS recorded_at, CAST(NULL AS STRING) AS plan_id
FROM {dataset}.slice_versions
WHERE run_id = @run_id AND window_outcome IS NOT NULL AND usage_date BETWEEN @from AND @to
ORDER BY recorded_at;
