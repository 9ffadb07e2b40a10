-- @vendor STRING
-- @account_id STRING
-- @mark STRING
-- @value STRING
-- @run_id STRING
INSERT INTO {dataset}.account_identity (vendor, account_id, mark, value, run_id, recorded_at)
VALUES (@vendor, @account_id, @mark, @value, @run_id, CAST(CURRENT_TIMESTAMP AS TIMESTAMP));
