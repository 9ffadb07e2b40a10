-- Events with their price: the newest committed read of every slice, each natural key once. charged_usd is of the basis that stands beside it and overlaps what
-- the vendor bills.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
-- Columns:
-- total_tokens: All tokens of the event, each once.
CREATE OR REPLACE VIEW {dataset}.usage_event AS
SELECT
  f.* REPLACE (s.account_id AS account_id),
  COALESCE(f.input_uncached_tokens, 0) + COALESCE(f.cache_read_tokens, 0)
    + COALESCE(f.cache_write_tokens, 0) + COALESCE(f.output_tokens, 0) AS total_tokens
FROM {dataset}.usage_event_versions AS f
JOIN {dataset}.current_slices AS s
  ON f.vendor = s.vendor
  AND f.account_id = s.stored_account_id
  AND f.report = s.report
  AND f.usage_date = s.usage_date
  AND f.load_id = s.load_id;
