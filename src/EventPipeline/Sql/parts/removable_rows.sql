SELECT
  f.vendor, f.account_id, f.report, f.usage_date, f.load_id, f.usage_date AS day, f.row_count,
  CASE WHEN s.load_id IS NULL THEN 'uncommitted' ELSE 'superseded' END AS reason
FROM (
  SELECT vendor, account_id, report, usage_date, load_id, COUNT(*) AS row_count
  FROM {dataset}.{table}
  WHERE usage_date BETWEEN @first_day AND @last_day
  GROUP BY vendor, account_id, report, usage_date, load_id
) AS f
LEFT JOIN (
{standing}
) AS s
  ON f.vendor = s.vendor
  AND f.account_id = s.stored_account_id
  AND f.report = s.report
  AND f.usage_date = s.usage_date
  AND f.load_id = s.load_id
WHERE s.superseded_at < @superseded_before
  OR (s.load_id IS NULL AND f.load_id < @loaded_before AND SUBSTR(f.load_id, 13, 1) = '7')
