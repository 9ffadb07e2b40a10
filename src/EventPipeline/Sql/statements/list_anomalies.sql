-- What was found about some days, or found since: what is stale, or restated, may be an old day.
-- @from DATE
-- @kind STRING
SELECT kind, vendor, account_id, account, report, team, usage_date, value, expected, unit, reason, run_id, recorded_at
FROM {dataset}.anomalies
WHERE (usage_date >= @from OR recorded_at >= CAST(@from AS TIMESTAMP)) AND (@kind IS NULL OR kind = @kind)
ORDER BY usage_date, kind, vendor, account, report, team, recorded_at, reason;
