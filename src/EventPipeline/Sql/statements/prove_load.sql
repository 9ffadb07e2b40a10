-- What landed in one load's partitions, to be compared with what was read.
-- @load_id STRING
-- @from DATE
-- @to DATE
SELECT
  usage_date,
  SUM(row_count) AS row_count,
  SUM(key_count) AS key_count,
  SUM(input_uncached_tokens + cache_read_tokens + cache_write_tokens + output_tokens) AS tokens,
  SUM(input_uncached_tokens) AS input_uncached_tokens,
  SUM(cache_read_tokens) AS cache_read_tokens,
  SUM(cache_write_tokens) AS cache_write_tokens,
  SUM(output_tokens) AS output_tokens,
  SUM(amount_usd) AS amount_usd,
  SUM(estimated_usd) AS estimated_usd,
  SUM(whole_quantity) AS whole_quantity,
  SUM(fraction_of_quantity) AS fraction_of_quantity,
  SUM(requests) AS requests
FROM (
  SELECT
    usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
    SUM(COALESCE(input_uncached_tokens, 0)) AS input_uncached_tokens, SUM(COALESCE(cache_read_tokens, 0)) AS cache_read_tokens,
    SUM(COALESCE(cache_write_tokens, 0)) AS cache_write_tokens, SUM(COALESCE(output_tokens, 0)) AS output_tokens,
    CAST(0 AS BIGNUMERIC) AS amount_usd, CAST(0 AS BIGNUMERIC) AS estimated_usd,
    SUM(TRUNC(COALESCE(quantity, 0))) AS whole_quantity, SUM(COALESCE(quantity, 0) - TRUNC(COALESCE(quantity, 0))) AS fraction_of_quantity,
    SUM(COALESCE(requests, 0)) AS requests
  FROM {dataset}.usage_versions
  WHERE load_id = @load_id AND usage_date BETWEEN @from AND @to
  GROUP BY usage_date
  UNION ALL
  SELECT
    usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
    0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
    SUM(CASE WHEN basis = 'billed' THEN amount_usd ELSE 0 END) AS amount_usd,
    SUM(CASE WHEN basis = 'estimated' THEN amount_usd ELSE 0 END) AS estimated_usd,
    SUM(TRUNC(COALESCE(quantity, 0))) AS whole_quantity, SUM(COALESCE(quantity, 0) - TRUNC(COALESCE(quantity, 0))) AS fraction_of_quantity,
    0 AS requests
  FROM {dataset}.cost_versions
  WHERE load_id = @load_id AND usage_date BETWEEN @from AND @to
  GROUP BY usage_date
  UNION ALL
  SELECT
    usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
    0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
    CAST(0 AS BIGNUMERIC) AS amount_usd, CAST(0 AS BIGNUMERIC) AS estimated_usd,
    CAST(0 AS BIGNUMERIC) AS whole_quantity, CAST(0 AS BIGNUMERIC) AS fraction_of_quantity, 0 AS requests
  FROM {dataset}.activity_versions
  WHERE load_id = @load_id AND usage_date BETWEEN @from AND @to
  GROUP BY usage_date
  UNION ALL
  SELECT
    usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
    0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
    CAST(0 AS BIGNUMERIC) AS amount_usd, CAST(0 AS BIGNUMERIC) AS estimated_usd,
    CAST(0 AS BIGNUMERIC) AS whole_quantity, CAST(0 AS BIGNUMERIC) AS fraction_of_quantity, 0 AS requests
  FROM {dataset}.entity_versions
  WHERE load_id = @load_id AND usage_date BETWEEN @from AND @to
  GROUP BY usage_date
) AS landed
GROUP BY usage_date;
