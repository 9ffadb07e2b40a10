-- @scope STRING
-- @name STRING
-- @valid_from DATE
-- @monthly_usd BIGNUMERIC
-- @list STRING
-- @change_id STRING
INSERT INTO {dataset}.budget_history
  (scope, name, valid_from, monthly_usd, list, change_id, recorded_at)
VALUES
  (@scope, @name, @valid_from, @monthly_usd, @list, @change_id, CAST(CURRENT_TIMESTAMP AS TIMESTAMP));
