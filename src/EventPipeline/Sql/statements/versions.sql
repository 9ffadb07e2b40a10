-- The versions of slices, newest day first and of each slice the current one first: one for every load, however often it was found unchanged.
-- A load chooses the slices that it is a version of; an account those of the account that its name stands for, or of its account_id.
-- Current is what was read or restored last; shown is what views show, which is not the same where another report tells the same of the day.
-- @vendor STRING
-- @account STRING
-- @report STRING
-- @load_id STRING
-- @as_of TIMESTAMP
-- @from DATE
-- @to DATE
-- @choices_only BOOL
-- @limit INT64
SELECT
  v.vendor, v.account, v.account_id, v.stored_account_id, v.report, v.usage_date, v.load_id, v.first_read_began, v.read_began, v.reads, v.row_count, v.tokens,
  v.amount_usd, v.estimated_usd, v.digest, v.grain, v.normaliser_version, v.first_run_id,
  v.position = 1 AS is_current,
  v.position = 1 AND s.load_id IS NOT NULL AS is_shown,
  v.position = 1 AND v.pinned AS is_pinned,
  v.was_current = 1 AS was_current
FROM (
  SELECT
    h.*,
    ROW_NUMBER() OVER (slice ORDER BY h.read_began DESC, h.load_id DESC, h.committed_at DESC) AS position,
    ROW_NUMBER() OVER (same_load ORDER BY h.read_began DESC, h.committed_at DESC) AS position_in_load,
    FIRST_VALUE(h.run_id) OVER (same_load ORDER BY h.read_began, h.committed_at) AS first_run_id,
    MIN(h.read_began) OVER same_load AS first_read_began,
    COUNT(CASE WHEN h.state <> 'restored' THEN 1 END) OVER same_load AS reads,
    MAX(CASE WHEN h.committed_at <= @as_of AND h.position_then = 1 THEN 1 ELSE 0 END) OVER same_load AS was_current,
    MAX(CASE WHEN h.load_id = @load_id THEN 1 ELSE 0 END) OVER slice AS has_load
  FROM (
    SELECT
      c.*,
      ROW_NUMBER() OVER (
        PARTITION BY c.vendor, c.account_id, c.report, c.usage_date, c.committed_at <= @as_of
        ORDER BY c.read_began DESC, c.load_id DESC, c.committed_at DESC
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
    ) AS c
    LEFT JOIN {dataset}.accounts AS n
      ON c.vendor = n.vendor AND n.account = @account
    WHERE @account IS NULL OR c.account_id = n.account_id OR c.account_id = @account
  ) AS h
  WINDOW
    slice AS (PARTITION BY h.vendor, h.account_id, h.report, h.usage_date),
    same_load AS (PARTITION BY h.vendor, h.account_id, h.report, h.usage_date, h.stored_account_id, h.load_id)
) AS v
LEFT JOIN (
  SELECT vendor, account_id, report, usage_date, load_id
  FROM {dataset}.shown_slices
  WHERE usage_date BETWEEN @from AND @to
) AS s
  ON v.vendor = s.vendor AND v.account_id = s.account_id AND v.report = s.report AND v.usage_date = s.usage_date AND v.load_id = s.load_id
WHERE v.position_in_load = 1
  AND (@load_id IS NULL OR v.has_load = 1)
  AND (NOT @choices_only OR v.position = 1 OR v.load_id = @load_id OR v.was_current = 1)
QUALIFY ROW_NUMBER() OVER (ORDER BY v.usage_date DESC, v.vendor, v.account_id, v.report, v.position) <= @limit
ORDER BY v.usage_date DESC, v.vendor, v.account_id, v.report, v.position;
