-- When a report was last committed, and when it was last told that its vendor refuses it.
-- @vendor STRING
-- @account STRING
-- @report STRING
-- @since TIMESTAMP
-- @from DATE
SELECT
  (
    SELECT MAX(committed_at)
    FROM {dataset}.slice_versions
    WHERE vendor = @vendor AND account = @account AND report = @report AND usage_date >= @from
  ) AS worked_at,
  (
    SELECT MAX(recorded_at)
    FROM {dataset}.run_events
    WHERE recorded_at >= @since AND event = 'report_refused' AND vendor = @vendor AND account = @account AND report = @report
  ) AS told_at;
