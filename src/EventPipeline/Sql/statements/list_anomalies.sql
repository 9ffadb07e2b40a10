-- What was found about some days.
-- @from DATE
-- @kind STRING
SELECT kind, vendor, account_id, account, report, team, usage_date, value, expected, unit, reason, run_id, recorded_at
FROM {dataset}.anomalies
WHERE usage_date >= @from AND (@kind IS NULL OR kind = @kind)
ORDER BY usage_date, kind, vendor, account, report, team, recorded_at, reason;
