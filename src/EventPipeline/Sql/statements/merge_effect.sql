-- What it would change to show two accounts as one: of a slice that stands under both, the newest read would be shown alone.
-- @vendor STRING
-- @from STRING
-- @into STRING
SELECT
  COUNT(*) AS slices,
  SUM(CASE WHEN position > 1 THEN 1 ELSE 0 END) AS hidden_slices,
  SUM(amount_usd) AS usd_before,
  SUM(CASE WHEN position = 1 THEN amount_usd ELSE 0 END) AS usd_after
FROM (
  SELECT
    amount_usd,
    ROW_NUMBER() OVER (PARTITION BY report, usage_date ORDER BY read_began DESC, load_id DESC, committed_at DESC) AS position
  FROM {dataset}.current_slices
  WHERE vendor = @vendor AND (account_id = @from OR account_id = @into)
) AS slices;
