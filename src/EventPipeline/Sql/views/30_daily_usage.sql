-- Usage per day, model, key, actor and workspace or project. The token columns are disjoint, and total_tokens adds each once. requests are requests to models,
-- each once: those that searched the web are among the completions. quantity is a flow, to be added per quantity_unit. level is what there was on the day, such
-- as the bytes stored: it can be added over projects of a day and never over days. Events are added up like buckets; how many there were is in usage_event. Rows
-- of two grains never describe the same day.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
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
  SUM(flow) AS quantity,
  flow_unit AS quantity_unit,
  SUM(level) AS level,
  level_unit,
  grain
FROM (
  SELECT
    usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, grain,
    input_uncached_tokens, cache_read_tokens, cache_write_tokens, output_tokens, requests,
    CASE WHEN quantity_kind = 'flow' THEN quantity END AS flow,
    CASE WHEN quantity_kind = 'flow' THEN quantity_unit END AS flow_unit,
    CASE WHEN quantity_kind = 'level' THEN quantity END AS level,
    CASE WHEN quantity_kind = 'level' THEN quantity_unit END AS level_unit
  FROM {dataset}.usage
  UNION ALL
  SELECT
    usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, grain,
    input_uncached_tokens, cache_read_tokens, cache_write_tokens, output_tokens, CAST(NULL AS INT64) AS requests,
    quantity AS flow, quantity_unit AS flow_unit, CAST(NULL AS BIGNUMERIC) AS level, CAST(NULL AS STRING) AS level_unit
  FROM {dataset}.usage_event
) AS u
GROUP BY usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, flow_unit, level_unit, grain;
