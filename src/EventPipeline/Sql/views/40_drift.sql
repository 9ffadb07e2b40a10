-- Usage at list prices beside what is billed, per day and model. Tokens without a price are counted, not guessed: compare billed_usd with priced_usd where unpriced_tokens is
-- 0. A price is of a tier: a batch is priced by the price of batches, and has none if nobody imported it; usage of no tier, or of the tier default, is standard.
-- oldest_price is when the oldest of the prices was read: nobody knows whether the vendor changed them since. Discounts, minimums, searches and what else is no token are in
-- billed_usd alone.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
-- Columns:
-- model: The model, as the vendor spells it. Null for what is billed or used without naming one.
-- billed_usd: What is billed for the model, US dollars.
-- priced_usd: Its tokens at list prices, US dollars. Null where none has a price.
-- priced_tokens: The tokens that have a price.
-- unpriced_tokens: The tokens that have none.
-- oldest_price: The day on which the oldest of the prices was read at its source.
-- newest_price: The day on which the newest of them was.
CREATE OR REPLACE VIEW {dataset}.drift AS
SELECT
  usage_date,
  vendor,
  account_id,
  model,
  SUM(billed_usd) AS billed_usd,
  SUM(priced_usd) AS priced_usd,
  SUM(priced_tokens) AS priced_tokens,
  SUM(unpriced_tokens) AS unpriced_tokens,
  MIN(source_date) AS oldest_price,
  MAX(source_date) AS newest_price
FROM (
  SELECT
    usage_date, vendor, account_id, model, amount_usd AS billed_usd, CAST(NULL AS BIGNUMERIC) AS priced_usd,
    0 AS priced_tokens, 0 AS unpriced_tokens, CAST(NULL AS DATE) AS source_date
  FROM {dataset}.cost
  UNION ALL
  SELECT
    t.usage_date, t.vendor, t.account_id, t.model, CAST(NULL AS BIGNUMERIC) AS billed_usd,
    t.tokens * p.usd_per_token AS priced_usd,
    CASE WHEN p.usd_per_token IS NOT NULL THEN t.tokens ELSE 0 END AS priced_tokens,
    CASE WHEN p.usd_per_token IS NULL THEN t.tokens ELSE 0 END AS unpriced_tokens,
    p.source_date
  FROM (
    SELECT
      usage_date, vendor, account_id, model, tier, token_type,
      CAST(SUM(
        CASE token_type
          WHEN 'input' THEN input_uncached_tokens
          WHEN 'cache_read' THEN cache_read_tokens
          WHEN 'cache_write_5m' THEN cache_write_5m_tokens
          WHEN 'cache_write_1h' THEN cache_write_1h_tokens
          WHEN 'cache_write' THEN cache_write_tokens - COALESCE(cache_write_5m_tokens, 0) - COALESCE(cache_write_1h_tokens, 0)
          ELSE output_tokens
        END
      ) AS INT64) AS tokens
    FROM (
      SELECT
        usage_date, vendor, account_id, model,
        CASE WHEN is_batch THEN 'batch' WHEN COALESCE(service_tier, '') IN ('', 'default') THEN 'standard' ELSE service_tier END AS tier,
        input_uncached_tokens, cache_read_tokens, cache_write_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens
      FROM {dataset}.usage
      WHERE total_tokens > 0
      UNION ALL
      SELECT
        usage_date, vendor, account_id, model, 'standard' AS tier,
        input_uncached_tokens, cache_read_tokens, cache_write_tokens, CAST(NULL AS INT64) AS cache_write_5m_tokens,
        CAST(NULL AS INT64) AS cache_write_1h_tokens, output_tokens
      FROM {dataset}.usage_event
      WHERE total_tokens > 0
    ) AS u
    CROSS JOIN (
      SELECT 'input' AS token_type
      UNION ALL SELECT 'cache_read' AS token_type
      UNION ALL SELECT 'cache_write' AS token_type
      UNION ALL SELECT 'cache_write_5m' AS token_type
      UNION ALL SELECT 'cache_write_1h' AS token_type
      UNION ALL SELECT 'output' AS token_type
    ) AS k
    GROUP BY usage_date, vendor, account_id, model, tier, token_type
  ) AS t
  LEFT JOIN {dataset}.price AS p
    ON p.vendor = t.vendor AND p.model = t.model AND p.tier = t.tier AND p.token_type = t.token_type
    AND t.usage_date >= p.valid_from AND t.usage_date <= COALESCE(p.valid_until, DATE '9999-12-31')
  WHERE t.tokens <> 0
) AS d
GROUP BY usage_date, vendor, account_id, model;
