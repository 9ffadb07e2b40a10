-- Usage per day, model, key, actor and workspace or project. The token columns are disjoint; total_tokens adds each once. Rows of two grains never describe the same day.
CREATE OR REPLACE VIEW {dataset}.daily_usage AS
SELECT
  usage_date,
  vendor,
  account_id,
  report,
  sub_account_id,
  actor_type,
  actor_id,
  api_key_id,
  model,
  SUM(input_uncached_tokens) AS input_uncached_tokens,
  SUM(cache_read_tokens) AS cache_read_tokens,
  SUM(cache_write_tokens) AS cache_write_tokens,
  SUM(output_tokens) AS output_tokens,
  SUM(COALESCE(input_uncached_tokens, 0) + COALESCE(cache_read_tokens, 0)
    + COALESCE(cache_write_tokens, 0) + COALESCE(output_tokens, 0)) AS total_tokens,
  SUM(requests) AS requests,
  SUM(quantity) AS quantity,
  quantity_unit,
  grain
FROM {dataset}.usage
GROUP BY usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, quantity_unit, grain;
