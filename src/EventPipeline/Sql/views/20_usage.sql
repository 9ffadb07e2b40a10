-- The newest committed read of every slice that is shown (shown_slices), each natural key once. quantity_kind says whether quantity is a flow, used up in its bucket, or a level, such as
-- the bytes that are stored: levels of several days are not added. Requests that the rows of another product count too are null, so that a sum counts each
-- once; the braces stand for the products of which every vendor's own folder says so.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
-- Columns:
-- total_tokens: All tokens of the row, each once.
-- quantity_kind: flow (used up in its bucket, can be added over days) or level (what there was, is never added over days). Null without a quantity.
CREATE OR REPLACE VIEW {dataset}.usage AS
SELECT
  f.* REPLACE (
    s.account_id AS account_id,
    CASE WHEN {counted_elsewhere} THEN NULL ELSE f.requests END AS requests
  ),
  COALESCE(f.input_uncached_tokens, 0) + COALESCE(f.cache_read_tokens, 0)
    + COALESCE(f.cache_write_tokens, 0) + COALESCE(f.output_tokens, 0) AS total_tokens,
  CASE WHEN f.quantity IS NULL THEN NULL WHEN f.quantity_unit = 'bytes' THEN 'level' ELSE 'flow' END AS quantity_kind
FROM {dataset}.usage_versions AS f
JOIN {dataset}.shown_slices AS s
  ON f.vendor = s.vendor
  AND f.account_id = s.stored_account_id
  AND f.report = s.report
  AND f.usage_date = s.usage_date
  AND f.load_id = s.load_id;
