-- @vendor STRING
-- @model STRING
-- @tier STRING
-- @token_type STRING
-- @valid_from DATE
-- @usd_per_token BIGNUMERIC
-- @source STRING
-- @source_date DATE
-- @list STRING
-- @change_id STRING
INSERT INTO {dataset}.price_history
  (vendor, model, tier, token_type, valid_from, usd_per_token, source, source_date, list, change_id, recorded_at)
VALUES
  (@vendor, @model, @tier, @token_type, @valid_from, @usd_per_token, @source, @source_date, @list, @change_id, CAST(CURRENT_TIMESTAMP AS TIMESTAMP));
