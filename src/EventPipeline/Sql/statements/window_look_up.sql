-- What one window of one run has committed ('is_own'), and what is shown of its days now of an account that is stored under any of its ids.
-- @run_id STRING
-- @window_id STRING
-- @vendor STRING
-- @report STRING
-- @from DATE
-- @to DATE
SELECT
  usage_date, account_id AS stored_account_id, load_id, read_began, row_count, tokens, amount_usd, estimated_usd, digest, grain, normaliser_version, state,
  pinned, window_outcome, run_id = @run_id AND window_id = @window_id AS is_own
FROM {dataset}.slice_versions
WHERE vendor = @vendor AND report = @report AND usage_date BETWEEN @from AND @to
  AND (account_id IN ({account_ids}) OR (run_id = @run_id AND window_id = @window_id))
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY usage_date, run_id = @run_id AND window_id = @window_id
  ORDER BY read_began DESC, load_id DESC, committed_at DESC
) = 1;
