-- The reports that their vendors refuse: those whose newest refusal came after all that was committed of them, with since when. Dry runs say nothing of the data.
-- @since TIMESTAMP
-- @from DATE
SELECT
  e.vendor, e.account, e.report, e.details, e.recorded_at AS last_refused_at,
  MIN(e.recorded_at) OVER (PARTITION BY e.vendor, e.account, e.report) AS refused_since
FROM {dataset}.run_events AS e
LEFT JOIN (
  SELECT vendor, account, report, MAX(committed_at) AS worked_at
  FROM {dataset}.slice_versions
  WHERE usage_date >= @from
  GROUP BY vendor, account, report
) AS w
  ON e.vendor = w.vendor AND e.account = w.account AND e.report = w.report
WHERE e.recorded_at >= @since AND e.event = 'window_ended' AND e.state = 'refused' AND e.mode <> 'dry_run'
  AND (w.worked_at IS NULL OR e.recorded_at > w.worked_at)
QUALIFY ROW_NUMBER() OVER (PARTITION BY e.vendor, e.account, e.report ORDER BY e.recorded_at DESC, e.reason) = 1;
