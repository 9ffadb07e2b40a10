-- Usage per day, model, key, actor and workspace or project. The token columns are disjoint, and total_tokens adds each once. requests are requests to models,
-- each once: those that searched the web are among the completions. quantity is a flow, to be added per quantity_unit. level is what there was on the day, such
-- as the bytes stored: it can be added over projects of a day and never over days. Events are added up like buckets; how many there were is in usage_event. Rows
-- of two grains never describe the same day.
-- account, sub_account (workspace, project or team), actor and api_key are what people call the ids beside them, else the ids; two keys of one name are two rows. A
-- workspace that the vendor does not name is called what the vendor calls it. Ask usage where no names are needed: names are those of every day, and are read whole.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
-- Columns:
-- account: The account's configured name.
-- sub_account: The name of the workspace, project or team, else its id; Default where the vendor leaves its default one null.
-- actor: The name or e-mail address of who used it, else the id.
-- api_key: The name of the key, else its id.
-- total_tokens: All tokens, each once.
-- quantity: What is counted in something other than tokens or requests and was used up on the day.
-- level: What there was on the day, such as stored bytes. Never added over days.
-- level_unit: What level counts.
CREATE OR REPLACE VIEW {dataset}.daily_usage AS
SELECT
  c.usage_date,
  c.vendor,
  c.account_id,
  COALESCE(a.name, c.account_id) AS account,
  c.report,
  c.sub_account_id,
  COALESCE(w.name, c.sub_account_id, {default_sub_account}) AS sub_account,
  c.actor_type,
  c.actor_id,
  COALESCE(u.name, c.actor_id) AS actor,
  c.api_key_id,
  COALESCE(k.name, c.api_key_id) AS api_key,
  c.model,
  c.input_uncached_tokens,
  c.cache_read_tokens,
  c.cache_write_tokens,
  c.output_tokens,
  c.total_tokens,
  c.requests,
  c.quantity,
  c.quantity_unit,
  c.level,
  c.level_unit,
  c.grain
FROM (
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
    SUM(total_tokens) AS total_tokens,
    SUM(requests) AS requests,
    SUM(flow) AS quantity,
    flow_unit AS quantity_unit,
    SUM(level) AS level,
    level_unit,
    grain
  FROM (
    SELECT
      usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, grain,
      input_uncached_tokens, cache_read_tokens, cache_write_tokens, output_tokens, total_tokens, requests,
      CASE WHEN quantity_kind = 'flow' THEN quantity END AS flow,
      CASE WHEN quantity_kind = 'flow' THEN quantity_unit END AS flow_unit,
      CASE WHEN quantity_kind = 'level' THEN quantity END AS level,
      CASE WHEN quantity_kind = 'level' THEN quantity_unit END AS level_unit
    FROM {dataset}.usage
    UNION ALL
    SELECT
      usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, grain,
      input_uncached_tokens, cache_read_tokens, cache_write_tokens, output_tokens, total_tokens, CAST(NULL AS INT64) AS requests,
      quantity AS flow, quantity_unit AS flow_unit, CAST(NULL AS BIGNUMERIC) AS level, CAST(NULL AS STRING) AS level_unit
    FROM {dataset}.usage_event
  ) AS u
  GROUP BY usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, flow_unit, level_unit, grain
) AS c
LEFT JOIN {dataset}.id_names AS a
  ON a.vendor = c.vendor AND a.account_id = c.account_id AND a.kind = 'account' AND a.id = c.account_id
LEFT JOIN {dataset}.id_names AS w
  ON w.vendor = c.vendor AND w.account_id = c.account_id AND w.kind = 'workspace' AND w.id = c.sub_account_id
LEFT JOIN {dataset}.id_names AS u
  ON u.vendor = c.vendor AND u.account_id = c.account_id AND u.kind = 'user' AND u.id = c.actor_id
LEFT JOIN {dataset}.id_names AS k
  ON k.vendor = c.vendor AND k.account_id = c.account_id AND k.kind = 'api_key' AND k.id = c.api_key_id;
