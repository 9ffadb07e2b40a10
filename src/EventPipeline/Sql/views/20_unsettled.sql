-- Days that were read before their vendor stops restating them, and when it does (settles_at, UTC): their numbers may still change, or have changed since. Daily runs
-- read them again until a read that begins at settles_at or later. Of two reports that tell the same of a day, only the one that is shown is here.
-- Columns:
-- settles_at: When the vendor stops restating the day, UTC.
CREATE OR REPLACE VIEW {dataset}.unsettled AS
SELECT vendor, account_id, account, report, usage_date, read_began, settles_at
FROM (
  SELECT
    q.vendor, q.account_id, q.account, q.report, q.usage_date, q.read_began,
    {settles_at} AS settles_at
  FROM {dataset}.shown_slices AS q
  JOIN {dataset}.settling_reports AS r
    ON q.vendor = r.vendor AND q.report = r.report
) AS d
WHERE read_began < settles_at;
