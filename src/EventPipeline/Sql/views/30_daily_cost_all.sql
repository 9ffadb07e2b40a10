-- Money per day of every basis: lines, and events with their price. Bases overlap, so a total filters one. daily_cost has what is billed, by line. Rows of two
-- grains never describe the same day.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
CREATE OR REPLACE VIEW {dataset}.daily_cost_all AS
SELECT
  usage_date,
  vendor,
  account_id,
  report,
  basis,
  sub_account_id,
  actor_type,
  actor_id,
  api_key_id,
  model,
  is_chargeable,
  grain,
  SUM(amount_usd) AS amount_usd,
  SUM(fee_usd) AS fee_usd
FROM (
  SELECT
    usage_date, vendor, account_id, report, basis, sub_account_id, actor_type, actor_id, api_key_id, model, is_chargeable, grain,
    amount_usd, fee_usd
  FROM {dataset}.cost_all
  UNION ALL
  SELECT
    usage_date, vendor, account_id, report, basis, sub_account_id, actor_type, actor_id, api_key_id, model, is_chargeable, grain,
    charged_usd AS amount_usd, fee_usd
  FROM {dataset}.usage_event
) AS c
GROUP BY usage_date, vendor, account_id, report, basis, sub_account_id, actor_type, actor_id, api_key_id, model, is_chargeable, grain;
