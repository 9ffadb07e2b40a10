-- Each dead letter in its newest state. States follow each other in a fixed order (open, replayed once, open again, …, discarded; then, where its
-- message came anew, all of that again), so that the newest is told without the clock: a replay that fails at once may be stored before the replay itself.
-- A letter is resolved once every day that it asks for was read since, once its own window has ended well, or once the run that it requests has completed. A day of a
-- report that tells what is so at the moment is resolved by a later day.
-- Columns:
-- state: open, replayed, discarded, or resolved: what it asks for is there, and nobody has to decide any more.
-- decided: open, replayed or discarded, whatever was read since.
-- first_seen: When it was first recorded.
-- last_seen: When it was last recorded.
CREATE OR REPLACE VIEW {dataset}.dead_letters AS
SELECT
  l.* REPLACE (
    CASE WHEN l.state <> 'discarded' AND (loaded.id IS NOT NULL OR completed.completed_at > l.rejected_at) THEN 'resolved' ELSE l.state END AS state
  ),
  l.state AS decided,
  MIN(l.recorded_at) OVER (PARTITION BY l.id) AS first_seen,
  MAX(l.recorded_at) OVER (PARTITION BY l.id) AS last_seen
FROM {dataset}.dead_letter AS l
LEFT JOIN (
  SELECT w.id, w.rejected_at
  FROM (
    SELECT DISTINCT id, rejected_at, run_id, vendor, account, report, window_start, window_end, days
    FROM {dataset}.dead_letter
    WHERE mode = 'production' AND days IS NOT NULL
  ) AS w
  LEFT JOIN {dataset}.snapshot_reports AS n
    ON w.vendor = n.vendor AND w.report = n.report
  JOIN {dataset}.slice_versions AS s
    ON w.vendor = s.vendor AND w.account = s.account AND w.report = s.report
    AND s.usage_date >= w.window_start
    AND (s.usage_date <= w.window_end OR n.report IS NOT NULL)
    AND s.committed_at > w.rejected_at
  GROUP BY w.id, w.rejected_at
  HAVING COUNT(DISTINCT s.usage_date) >= MAX(w.days)
    OR COUNT(CASE WHEN s.run_id = w.run_id AND s.usage_date = w.window_end AND s.window_outcome IS NOT NULL THEN 1 END) > 0
) AS loaded
  ON l.id = loaded.id AND l.rejected_at = loaded.rejected_at
LEFT JOIN (
  SELECT run_id, MAX(recorded_at) AS completed_at
  FROM {dataset}.run_events
  WHERE event = 'completed' AND state = 'completed'
  GROUP BY run_id
) AS completed
  ON l.source_topic = 'trigger' AND l.run_id = completed.run_id
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY l.id ORDER BY {newest_letter_first}) = 1;
