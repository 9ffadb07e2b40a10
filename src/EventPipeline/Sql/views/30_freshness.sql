-- Until when each report's data is complete, when it was last read, and what went wrong since.
CREATE OR REPLACE VIEW {dataset}.freshness AS
WITH failures AS (
  SELECT vendor, account, report, reason, recorded_at
  FROM {dataset}.run_events
  WHERE event = 'attempt_failed' OR (event = 'window_ended' AND state IN ('rejected', 'failed'))
  QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, account, report ORDER BY recorded_at DESC) = 1
),
reads AS (
  SELECT vendor, account, account_id, report, MAX(usage_date) AS data_complete_until, MAX(read_began) AS last_read_began, COUNT(*) AS slices
  FROM {dataset}.current_slices
  GROUP BY vendor, account, account_id, report
)
SELECT
  COALESCE(r.vendor, f.vendor) AS vendor,
  COALESCE(r.account, f.account) AS account,
  r.account_id,
  COALESCE(r.report, f.report) AS report,
  r.data_complete_until,
  r.last_read_began,
  r.slices,
  CASE WHEN r.last_read_began IS NULL OR f.recorded_at > r.last_read_began THEN f.reason END AS last_error,
  CASE WHEN r.last_read_began IS NULL OR f.recorded_at > r.last_read_began THEN f.recorded_at END AS last_error_at
FROM reads AS r
FULL JOIN failures AS f
  ON r.vendor = f.vendor AND r.account = f.account AND r.report = f.report;
