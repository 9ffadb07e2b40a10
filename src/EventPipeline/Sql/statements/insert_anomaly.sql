-- @anomaly_id STRING
-- @kind STRING
-- @vendor STRING
-- @account_id STRING
-- @account STRING
-- @report STRING
-- @team STRING
-- @usage_date DATE
-- @value BIGNUMERIC
-- @expected BIGNUMERIC
-- @unit STRING
-- @reason STRING
-- @run_id STRING
INSERT INTO {dataset}.anomaly
  (anomaly_id, kind, vendor, account_id, account, report, team, usage_date, value, expected, unit, reason, run_id, recorded_at)
VALUES
  (@anomaly_id, @kind, @vendor, @account_id, @account, @report, @team, @usage_date, @value, @expected, @unit, @reason, @run_id, CAST(CURRENT_TIMESTAMP AS TIMESTAMP));
