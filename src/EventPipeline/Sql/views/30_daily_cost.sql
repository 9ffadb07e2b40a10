-- Billed money per day: one basis, so that nothing is counted twice. Estimates are in cost_estimated. Rows of two grains never describe the same day.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
CREATE OR REPLACE VIEW {dataset}.daily_cost AS
SELECT
  usage_date,
  vendor,
  account_id,
  sub_account_id,
  api_key_id,
  model,
  line_item,
  cost_type,
  token_type,
  service_tier,
  grain,
  SUM(amount_usd) AS amount_usd
FROM {dataset}.cost
GROUP BY usage_date, vendor, account_id, sub_account_id, api_key_id, model, line_item, cost_type, token_type, service_tier, grain;
