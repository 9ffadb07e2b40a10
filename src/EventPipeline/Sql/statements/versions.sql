-- The versions of slices, newest day first and of each slice the one first that is shown: one for every load, however often it was found unchanged.
-- A load chooses the slices that it is a version of, an account those that were ever committed under its name or account_id.
-- @vendor STRING
-- @account STRING
-- @report STRING
-- @load_id STRING
-- @as_of TIMESTAMP
-- @from DATE
-- @to DATE
-- @limit INT64
SELECT
  vendor, account, account_id, stored_account_id, report, usage_date, load_id, first_read_began, read_began, reads, row_count, tokens, amount_usd, estimated_usd,
  digest, grain, normaliser_version, state, first_run_id, committed_at,
  position = 1 AS is_shown,
  position = 1 AND pinned AS is_pinned,
  was_shown = 1 AS was_shown,
  CAST(CURRENT_TIMESTAMP AS TIMESTAMP) AS answered_at
FROM (
  SELECT
    *,
    ROW_NUMBER() OVER (slice ORDER BY read_began DESC, load_id DESC, committed_at DESC) AS position,
    ROW_NUMBER() OVER (same_load ORDER BY read_began DESC, committed_at DESC) AS position_in_load,
    FIRST_VALUE(run_id) OVER (same_load ORDER BY read_began, committed_at) AS first_run_id,
    MIN(read_began) OVER same_load AS first_read_began,
    COUNT(CASE WHEN state <> 'restored' THEN 1 END) OVER same_load AS reads,
    MAX(CASE WHEN committed_at <= @as_of AND position_then = 1 THEN 1 ELSE 0 END) OVER same_load AS was_shown,
    MAX(CASE WHEN load_id = @load_id THEN 1 ELSE 0 END) OVER slice AS has_load,
    MAX(CASE WHEN account = @account OR account_id = @account THEN 1 ELSE 0 END) OVER slice AS has_account
  FROM (
    SELECT
      *,
      ROW_NUMBER() OVER (
        PARTITION BY vendor, account_id, report, usage_date, committed_at <= @as_of
        ORDER BY read_began DESC, load_id DESC, committed_at DESC
      ) AS position_then
    FROM (
      -- A commit that is there twice, to the microsecond, is one.
      SELECT DISTINCT
        vendor, account, account_id, stored_account_id, report, usage_date, load_id, read_began, row_count, tokens, amount_usd, estimated_usd,
        digest, grain, normaliser_version, state, pinned, run_id, committed_at
      FROM {dataset}.slice_history
      WHERE (@vendor IS NULL OR vendor = @vendor)
        AND (@report IS NULL OR report = @report)
        AND usage_date BETWEEN @from AND @to
    ) AS commits
  ) AS history
  WINDOW
    slice AS (PARTITION BY vendor, account_id, report, usage_date),
    same_load AS (PARTITION BY vendor, account_id, report, usage_date, stored_account_id, load_id)
) AS versions
WHERE position_in_load = 1
  AND (@load_id IS NULL OR has_load = 1)
  AND (@account IS NULL OR has_account = 1)
QUALIFY ROW_NUMBER() OVER (ORDER BY usage_date DESC, vendor, account_id, report, position) <= @limit
ORDER BY usage_date DESC, vendor, account_id, report, position;
