-- Every billed dollar once, with who it belongs to (person, team) and how that is known (method):
--   billed        the vendor's line names a user, key, workspace or account that somebody owns; attributed_by says which of them;
--   allocated     the line names none that is owned, so it is split by tokens over the users and keys of the same model and workspace; where that model was not used
--                 there, of the workspace; and where the vendor named no workspace, of the account (allocated_over says which);
--   unattributed  the line, or a user or key that it was split over, belongs to nobody, or nothing was used that it could be split by.
-- Of what a line names, the first that is owned decides: user, e-mail address, key, workspace, account. The parts of a split line add up to it to the last digit, so
-- sums by usage_date, vendor, account_id, sub_account_id and model are those of daily_cost. actor and api_key_id are the line's, else those that it is split over.
-- account, sub_account (workspace, project or team), actor and api_key are what people call the ids beside them, else the ids.
-- Lines and usage are read side by side and meet in arrays: a join would keep a filter of days from one of them. A line that is not split meets one consumer, of all of it.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
-- Columns:
-- account: The account's configured name.
-- sub_account: The name of the workspace, project or team, else its id; Default where the vendor leaves its default one null.
-- actor: The name or e-mail address of who used it, else the id.
-- api_key: The name of the key, else its id.
-- method: billed (the vendor's line names something that is owned), allocated (split by tokens) or unattributed (belongs to nobody).
-- attributed_by: What is owned and decided: user, email, api_key, workspace or account. Null if nothing is.
-- allocated_over: Whose tokens a line was split by: model (of its model and workspace), workspace or account. Null if it was not split.
-- person_name: The person's name.
-- person: Who it belongs to, as the organisation identifies people.
-- team: The team. Null where it belongs to nobody.
-- cost_center: The cost centre.
-- manager: The manager.
-- amount_usd: Net amount in US dollars, or the part of it. Negative amounts are credits.
CREATE OR REPLACE VIEW {dataset}.attributed_cost AS
WITH told AS (
  SELECT
    usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, TRUE AS is_line,
    amount_usd, CAST(NULL AS INT64) AS tokens
  FROM {dataset}.cost
  UNION ALL
  SELECT
    usage_date, vendor, account_id, CAST(NULL AS STRING) AS report, sub_account_id, actor_type, actor_id, api_key_id, model,
    FALSE AS is_line,
    CAST(NULL AS BIGNUMERIC) AS amount_usd, total_tokens AS tokens
  FROM {dataset}.usage
  WHERE total_tokens > 0
  UNION ALL
  SELECT
    usage_date, vendor, account_id, CAST(NULL AS STRING) AS report, sub_account_id, actor_type, actor_id, api_key_id, model,
    FALSE AS is_line,
    CAST(NULL AS BIGNUMERIC) AS amount_usd, total_tokens AS tokens
  FROM {dataset}.usage_event
  WHERE total_tokens > 0
),
named AS (
  SELECT
    usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, is_line,
    SUM(amount_usd) AS amount_usd, CAST(SUM(tokens) AS INT64) AS tokens
  FROM told
  GROUP BY usage_date, vendor, account_id, report, sub_account_id, actor_type, actor_id, api_key_id, model, is_line
),
owned AS (
  SELECT
    n.*,
    CASE
      WHEN u.ownership IS NOT NULL THEN 'user'
      WHEN e.ownership IS NOT NULL THEN 'email'
      WHEN k.ownership IS NOT NULL THEN 'api_key'
      WHEN w.ownership IS NOT NULL THEN 'workspace'
      WHEN a.ownership IS NOT NULL THEN 'account'
    END AS attributed_by,
    COALESCE(u.ownership, e.ownership, k.ownership, w.ownership, a.ownership) AS ownership,
    SUM(n.tokens) OVER (PARTITION BY n.usage_date, n.vendor, n.account_id, n.sub_account_id, n.model) AS tokens_of_model,
    SUM(n.tokens) OVER (PARTITION BY n.usage_date, n.vendor, n.account_id, n.sub_account_id) AS tokens_of_sub_account,
    SUM(n.tokens) OVER (PARTITION BY n.usage_date, n.vendor, n.account_id) AS tokens_of_account
  FROM named AS n
  {owners}
),
placed AS (
  SELECT
    c.*,
    p.pool,
    CASE WHEN p.pool IN ('model', 'workspace') THEN c.sub_account_id END AS pool_sub_account_id,
    CASE WHEN p.pool = 'model' THEN c.model END AS pool_model
  FROM owned AS c
  CROSS JOIN (
    SELECT 'none' AS pool
    UNION ALL SELECT 'model' AS pool
    UNION ALL SELECT 'workspace' AS pool
    UNION ALL SELECT 'account' AS pool
  ) AS p
  WHERE CASE
    WHEN NOT c.is_line THEN p.pool <> 'none'
    WHEN c.ownership IS NOT NULL OR c.actor_id IS NOT NULL OR c.api_key_id IS NOT NULL THEN p.pool = 'none'
    WHEN c.model IS NOT NULL AND c.tokens_of_model > 0 THEN p.pool = 'model'
    WHEN c.tokens_of_sub_account > 0 THEN p.pool = 'workspace'
    WHEN c.sub_account_id IS NULL AND {default_sub_account} IS NULL AND c.tokens_of_account > 0 THEN p.pool = 'account'
    ELSE p.pool = 'none'
  END
),
gathered AS (
  SELECT
    usage_date, vendor, account_id, pool, pool_sub_account_id, pool_model, is_line, report, sub_account_id,
    actor_type, actor_id, api_key_id, CASE WHEN is_line THEN model END AS model, attributed_by, ownership,
    SUM(amount_usd) AS amount_usd, SUM(tokens) AS tokens
  FROM placed
  GROUP BY usage_date, vendor, account_id, pool, pool_sub_account_id, pool_model, is_line, report, sub_account_id,
    actor_type, actor_id, api_key_id, CASE WHEN is_line THEN model END, attributed_by, ownership
),
ranked AS (
  SELECT
    *,
    SUM(tokens) OVER (PARTITION BY usage_date, vendor, account_id, pool, pool_sub_account_id, pool_model) AS tokens_of_pool,
    SUM(tokens) OVER (
      PARTITION BY usage_date, vendor, account_id, pool, pool_sub_account_id, pool_model
      ORDER BY is_line, COALESCE(sub_account_id, ''), COALESCE(actor_type, ''), COALESCE(actor_id, ''), COALESCE(api_key_id, '')
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS tokens_until,
    ROW_NUMBER() OVER (PARTITION BY usage_date, vendor, account_id, pool ORDER BY is_line) AS position
  FROM gathered
),
shared AS (
  SELECT
    *,
    NOT is_line OR (pool = 'none' AND position = 1) AS is_consumer,
    CASE WHEN NOT is_line THEN actor_type END AS consumer_actor_type,
    CASE WHEN NOT is_line THEN actor_id END AS consumer_actor_id,
    CASE WHEN NOT is_line THEN api_key_id END AS consumer_api_key_id,
    CASE WHEN NOT is_line THEN attributed_by END AS consumer_attributed_by,
    CASE WHEN NOT is_line THEN ownership END AS consumer_ownership,
    CASE WHEN NOT is_line THEN
      CAST(ROUND(CAST(tokens_until - tokens AS BIGNUMERIC) / CAST(tokens_of_pool AS BIGNUMERIC), 9) AS NUMERIC)
    END AS share_from,
    CASE WHEN NOT is_line THEN
      CAST(ROUND(CAST(tokens_until AS BIGNUMERIC) / CAST(tokens_of_pool AS BIGNUMERIC), 9) AS NUMERIC)
    END AS share_until
  FROM ranked
),
sides AS (
  SELECT
    usage_date, vendor, account_id, pool, pool_sub_account_id, pool_model,
    CASE WHEN is_line THEN
      STRUCT(report, sub_account_id, actor_type, actor_id, api_key_id, model, attributed_by, ownership, amount_usd)
    END AS line,
    CASE WHEN is_consumer THEN
      STRUCT(
        consumer_actor_type, consumer_actor_id, consumer_api_key_id, consumer_attributed_by, consumer_ownership, share_from, share_until)
    END AS consumer
  FROM shared
),
pools AS (
  SELECT
    usage_date, vendor, account_id, pool, pool_sub_account_id, pool_model,
    ARRAY_AGG(line IGNORE NULLS) AS lines,
    ARRAY_AGG(consumer IGNORE NULLS) AS consumers
  FROM sides
  GROUP BY usage_date, vendor, account_id, pool, pool_sub_account_id, pool_model
),
lined AS (
  SELECT s.*, line
  FROM pools AS s
  CROSS JOIN UNNEST(s.lines) AS line
),
parts AS (
  SELECT s.*, consumer
  FROM lined AS s
  CROSS JOIN UNNEST(s.consumers) AS consumer
)
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
  c.method,
  c.attributed_by,
  c.allocated_over,
  c.person,
  c.person_name,
  c.team,
  c.cost_center,
  c.manager,
  c.amount_usd
FROM (
  SELECT
    s.usage_date,
    s.vendor,
    s.account_id,
    s.line.report,
    s.line.sub_account_id,
    COALESCE(s.line.actor_type, s.consumer.consumer_actor_type) AS actor_type,
    COALESCE(s.line.actor_id, s.consumer.consumer_actor_id) AS actor_id,
    COALESCE(s.line.api_key_id, s.consumer.consumer_api_key_id) AS api_key_id,
    s.line.model,
    CASE
      WHEN o.ownership IS NULL THEN 'unattributed'
      WHEN s.pool = 'none' THEN 'billed'
      ELSE 'allocated'
    END AS method,
    COALESCE(s.line.attributed_by, s.consumer.consumer_attributed_by) AS attributed_by,
    CASE WHEN s.pool <> 'none' THEN s.pool END AS allocated_over,
    o.person,
    o.name AS person_name,
    o.team,
    o.cost_center,
    o.manager,
    SUM(
      CASE
        WHEN s.pool = 'none' THEN s.line.amount_usd
        ELSE ROUND(s.line.amount_usd * s.consumer.share_until, 18) - ROUND(s.line.amount_usd * s.consumer.share_from, 18)
      END
    ) AS amount_usd
  FROM parts AS s
  LEFT JOIN {dataset}.person AS o
    ON o.ownership = COALESCE(s.line.ownership, s.consumer.consumer_ownership)
  GROUP BY s.usage_date, s.vendor, s.account_id, s.line.report, s.line.sub_account_id,
    COALESCE(s.line.actor_type, s.consumer.consumer_actor_type), COALESCE(s.line.actor_id, s.consumer.consumer_actor_id),
    COALESCE(s.line.api_key_id, s.consumer.consumer_api_key_id), s.line.model, o.ownership, s.pool,
    COALESCE(s.line.attributed_by, s.consumer.consumer_attributed_by), o.person, o.name, o.team, o.cost_center, o.manager
) AS c
LEFT JOIN {dataset}.id_names AS a
  ON a.vendor = c.vendor AND a.account_id = c.account_id AND a.kind = 'account' AND a.id = c.account_id
LEFT JOIN {dataset}.id_names AS w
  ON w.vendor = c.vendor AND w.account_id = c.account_id AND w.kind = 'workspace' AND w.id = c.sub_account_id
LEFT JOIN {dataset}.id_names AS u
  ON u.vendor = c.vendor AND u.account_id = c.account_id AND u.kind = 'user' AND u.id = c.actor_id
LEFT JOIN {dataset}.id_names AS k
  ON k.vendor = c.vendor AND k.account_id = c.account_id AND k.kind = 'api_key' AND k.id = c.api_key_id;
