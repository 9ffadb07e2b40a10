SELECT
  f.vendor, f.account_id, f.report, f.load_id, f.day, f.row_count,
  CASE WHEN s.load_id IS NULL THEN 'uncommitted' ELSE 'superseded' END AS reason
FROM (
  SELECT vendor, account_id, report, load_id, CAST(fetched_at AS DATE) AS day, COUNT(*) AS row_count
  FROM {dataset}.raw_page
  WHERE fetched_at >= @fetched_from AND fetched_at < @fetched_before
  GROUP BY vendor, account_id, report, load_id, CAST(fetched_at AS DATE)
) AS f
LEFT JOIN (
  -- A page belongs to several days: it is needed as long as one of them needs its load.
  SELECT
    vendor, stored_account_id, report, load_id, CASE WHEN COUNT(*) = COUNT(superseded_at) THEN MAX(superseded_at) END AS superseded_at
  FROM (
{standing}
  ) AS slices
  GROUP BY vendor, stored_account_id, report, load_id
) AS s
  ON f.vendor = s.vendor
  AND f.account_id = s.stored_account_id
  AND f.report = s.report
  AND f.load_id = s.load_id
WHERE s.superseded_at < @superseded_before
  OR (s.load_id IS NULL AND f.load_id < @loaded_before AND SUBSTR(f.load_id, 13, 1) = '7')
