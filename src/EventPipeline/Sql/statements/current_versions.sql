-- @vendor STRING
-- @account_id STRING
-- @report STRING
-- @from DATE
-- @to DATE
SELECT usage_date, stored_account_id, load_id, read_began, row_count, tokens, amount_usd, estimated_usd, digest, grain, normaliser_version
FROM {dataset}.current_slices
WHERE vendor = @vendor AND account_id = @account_id AND report = @report AND usage_date BETWEEN @from AND @to;
