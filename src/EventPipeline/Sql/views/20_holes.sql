-- Days that were not read between two that were, as ranges with both ends: no row of them is known, which is not the same as an empty day. A snapshot has no holes.
-- Columns:
-- missing_from: The first UTC day that was not read.
-- missing_until: The last one.
CREATE OR REPLACE VIEW {dataset}.holes AS
SELECT
  vendor, account_id, account, report,
  CAST(DATE_ADD(usage_date, INTERVAL 1 DAY) AS DATE) AS missing_from,
  CAST(DATE_ADD(next_day, INTERVAL (-1) DAY) AS DATE) AS missing_until
FROM (
  SELECT
    q.*,
    LEAD(q.usage_date) OVER (PARTITION BY q.vendor, q.account_id, q.report ORDER BY q.usage_date) AS next_day
  FROM {dataset}.current_slices AS q
  LEFT JOIN {dataset}.snapshot_reports AS s
    ON q.vendor = s.vendor AND q.report = s.report
  WHERE s.report IS NULL
) AS d
WHERE next_day > DATE_ADD(usage_date, INTERVAL 1 DAY);
