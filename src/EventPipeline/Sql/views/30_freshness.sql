-- Until when each report's data is complete, when it was last read, and what went wrong and was not made good since.
-- Complete until the day before the first hole: a day that was not read between two that were. Holes are looked for in the 90 days before the newest day, which is
-- as far as runs can be told to look for them (Runs__GapDays): one that is older can be filled by asking for its days, and makes nothing else stale. first_hole is
-- the first of any age. A snapshot has no holes and is as fresh as its last read.
-- settled_until is the last day before the first that the vendor may still restate (unsettled); a snapshot's numbers settle with their read. It is null where only
-- the settings say for how long a vendor restates a day.
-- An error stays until each day of its window was read, by whichever run, or the window itself was delivered again and succeeded; a snapshot's until the next read.
-- Dry runs load nothing, so what they fail at says nothing of the data; nor does a version that a person restored say that a vendor was read.
-- Columns:
-- data_complete_until: The day before the first hole of the last 90 days, UTC.
-- first_hole: The first day, of any age, that was not read between two that were.
-- settled_until: The day before the first that the vendor may still restate. Null for a snapshot and for a described vendor.
-- last_read_began: When the newest committed read began.
-- last_read_in_future: Whether that is later than the warehouse's clock.
-- slices: How many days are stored.
-- last_error: The newest failure of days that were not read since.
-- last_error_at: When it was recorded.
CREATE OR REPLACE VIEW {dataset}.freshness AS
WITH days AS (
  SELECT
    q.*,
    s.report IS NOT NULL AS is_snapshot,
    r.report IS NOT NULL AS is_known_to_settle,
    LEAD(q.usage_date) OVER (PARTITION BY q.vendor, q.account_id, q.report ORDER BY q.usage_date) AS next_day,
    MAX(q.usage_date) OVER (PARTITION BY q.vendor, q.account_id, q.report) AS newest_day
  FROM (
    SELECT vendor, account_id, report, usage_date, MAX(read_began) AS read_began, MAX(committed_at) AS committed_at
    FROM {dataset}.slice_history
    WHERE state <> 'restored'
    GROUP BY vendor, account_id, report, usage_date
  ) AS q
  LEFT JOIN {dataset}.snapshot_reports AS s
    ON q.vendor = s.vendor AND q.report = s.report
  LEFT JOIN {dataset}.settling_reports AS r
    ON q.vendor = r.vendor AND q.report = r.report
),
names AS (
  SELECT vendor, account_id, account
  FROM {dataset}.slice_history
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, account_id ORDER BY read_began DESC, committed_at DESC, account) = 1
),
reads AS (
  SELECT
    d.vendor, d.account_id, n.account, d.report,
    MIN(CASE
      WHEN NOT d.is_snapshot AND d.next_day > DATE_ADD(d.usage_date, INTERVAL 1 DAY) AND d.usage_date >= DATE_ADD(d.newest_day, INTERVAL (-90) DAY)
        THEN d.usage_date
    END) AS before_hole,
    MIN(CASE WHEN NOT d.is_snapshot AND d.next_day > DATE_ADD(d.usage_date, INTERVAL 1 DAY) THEN d.usage_date END) AS before_any_hole,
    MAX(d.usage_date) AS newest_day,
    MAX(d.read_began) AS last_read_began,
    MAX(CASE WHEN d.is_known_to_settle THEN d.usage_date END) AS newest_to_settle,
    COUNT(*) AS slices
  FROM days AS d
  JOIN names AS n
    ON d.vendor = n.vendor AND d.account_id = n.account_id
  GROUP BY d.vendor, d.account_id, n.account, d.report
),
first_unsettled AS (
  SELECT vendor, account_id, report, MIN(usage_date) AS usage_date
  FROM {dataset}.unsettled
  GROUP BY vendor, account_id, report
),
failures AS (
  SELECT e.vendor, COALESCE(a.account_id, '') AS account_id, e.account, e.report, e.window_start, e.window_end, e.reason, e.recorded_at
  FROM {dataset}.run_events AS e
  LEFT JOIN (
    SELECT run_id, window_id
    FROM {dataset}.run_events
    WHERE event = 'window_ended' AND state IN ('loaded', 'empty', 'unchanged')
    UNION DISTINCT
    SELECT run_id, window_id
    FROM {dataset}.slice_versions
    WHERE window_outcome IS NOT NULL
  ) AS done
    ON e.run_id = done.run_id AND e.window_id = done.window_id
  LEFT JOIN {dataset}.accounts AS a
    ON e.vendor = a.vendor AND e.account = a.account
  WHERE (e.event = 'attempt_failed' OR (e.event = 'window_ended' AND e.state IN ('refused', 'rejected', 'failed')))
    AND e.mode <> 'dry_run'
    AND done.run_id IS NULL
    AND e.vendor IS NOT NULL AND e.account IS NOT NULL AND e.report IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY e.vendor, e.account, e.report, e.window_start, e.window_end
    ORDER BY e.recorded_at DESC, e.reason
  ) = 1
),
read_since AS (
  SELECT
    f.vendor, f.account_id, f.account, f.report, f.window_start, f.window_end, d.usage_date,
    LEAD(d.usage_date) OVER (
      PARTITION BY f.vendor, f.account_id, f.account, f.report, f.window_start, f.window_end ORDER BY d.usage_date
    ) AS next_day
  FROM failures AS f
  JOIN days AS d
    ON f.vendor = d.vendor AND f.account_id = d.account_id AND f.report = d.report
    AND d.usage_date BETWEEN f.window_start AND f.window_end
    AND d.committed_at > f.recorded_at
),
made_good AS (
  SELECT vendor, account_id, account, report, window_start, window_end
  FROM read_since
  GROUP BY vendor, account_id, account, report, window_start, window_end
  HAVING MIN(usage_date) = window_start AND MAX(usage_date) = window_end
    AND SUM(CASE WHEN next_day > DATE_ADD(usage_date, INTERVAL 1 DAY) THEN 1 ELSE 0 END) = 0
  UNION DISTINCT
  SELECT f.vendor, f.account_id, f.account, f.report, f.window_start, f.window_end
  FROM failures AS f
  JOIN days AS d
    ON f.vendor = d.vendor AND f.account_id = d.account_id AND f.report = d.report
    AND d.usage_date >= f.window_start AND d.committed_at > f.recorded_at
  WHERE d.is_snapshot
),
errors AS (
  SELECT f.vendor, f.account_id, f.account, f.report, f.reason, f.recorded_at
  FROM failures AS f
  LEFT JOIN made_good AS g
    ON f.vendor = g.vendor AND f.account_id = g.account_id AND f.account = g.account AND f.report = g.report
    AND f.window_start = g.window_start AND f.window_end = g.window_end
  WHERE g.vendor IS NULL
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY f.vendor, f.account_id, CASE WHEN f.account_id = '' THEN f.account END, f.report
    ORDER BY f.recorded_at DESC, f.reason
  ) = 1
)
SELECT
  COALESCE(r.vendor, e.vendor) AS vendor,
  COALESCE(r.account, e.account) AS account,
  COALESCE(r.account_id, NULLIF(e.account_id, '')) AS account_id,
  COALESCE(r.report, e.report) AS report,
  COALESCE(r.before_hole, r.newest_day) AS data_complete_until,
  CAST(DATE_ADD(r.before_any_hole, INTERVAL 1 DAY) AS DATE) AS first_hole,
  COALESCE(CAST(DATE_ADD(u.usage_date, INTERVAL (-1) DAY) AS DATE), r.newest_to_settle) AS settled_until,
  r.last_read_began,
  COALESCE(r.last_read_began > CAST(CURRENT_TIMESTAMP AS TIMESTAMP), FALSE) AS last_read_in_future,
  r.slices,
  e.reason AS last_error,
  e.recorded_at AS last_error_at
FROM reads AS r
FULL JOIN errors AS e
  ON r.vendor = e.vendor AND r.account_id = e.account_id AND r.report = e.report
LEFT JOIN first_unsettled AS u
  ON r.vendor = u.vendor AND r.account_id = u.account_id AND r.report = u.report;
