-- Billed money per day: one basis, so that nothing is counted twice. Estimates are in cost_estimated. Rows of two grains never describe the same day.
-- account, sub_account (workspace, project or team) and api_key are what people call the ids beside them, else the ids; two keys of one name are two rows. A workspace
-- that the vendor does not name is called what the vendor calls it. Ask cost where no names are needed: names are those of every day, and are read whole.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
-- Columns:
-- account: The account's configured name.
-- sub_account: The name of the workspace, project or team, else its id; Default where the vendor leaves its default one null.
-- api_key: The name of the key, else its id.
CREATE OR REPLACE VIEW {dataset}.daily_cost AS
SELECT
  c.usage_date,
  c.vendor,
  c.account_id,
  COALESCE(a.name, c.account_id) AS account,
  c.report,
  c.sub_account_id,
  COALESCE(w.name, c.sub_account_id, {default_sub_account}) AS sub_account,
  c.api_key_id,
  COALESCE(k.name, c.api_key_id) AS api_key,
  c.model,
  c.line_item,
  c.cost_type,
  c.token_type,
  c.service_tier,
  c.grain,
  c.amount_usd
FROM (
  SELECT
    usage_date, vendor, account_id, report, sub_account_id, api_key_id, model, line_item, cost_type, token_type, service_tier, grain,
    SUM(amount_usd) AS amount_usd
  FROM {dataset}.cost
  GROUP BY usage_date, vendor, account_id, report, sub_account_id, api_key_id, model, line_item, cost_type, token_type, service_tier, grain
) AS c
LEFT JOIN {dataset}.id_names AS a
  ON a.vendor = c.vendor AND a.account_id = c.account_id AND a.kind = 'account' AND a.id = c.account_id
LEFT JOIN {dataset}.id_names AS w
  ON w.vendor = c.vendor AND w.account_id = c.account_id AND w.kind = 'workspace' AND w.id = c.sub_account_id
LEFT JOIN {dataset}.id_names AS k
  ON k.vendor = c.vendor AND k.account_id = c.account_id AND k.kind = 'api_key' AND k.id = c.api_key_id;
