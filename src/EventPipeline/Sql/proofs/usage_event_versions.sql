SELECT
  usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
  SUM(COALESCE(input_uncached_tokens, 0)) AS input_uncached_tokens, SUM(COALESCE(cache_read_tokens, 0)) AS cache_read_tokens,
  SUM(COALESCE(cache_write_tokens, 0)) AS cache_write_tokens, SUM(COALESCE(output_tokens, 0)) AS output_tokens,
  CAST(NULL AS STRING) AS basis, 0 AS basis_rows, CAST(0 AS BIGNUMERIC) AS basis_usd,
  SUM(TRUNC(COALESCE(quantity, 0))) AS whole_quantity, SUM(COALESCE(quantity, 0) - TRUNC(COALESCE(quantity, 0))) AS fraction_of_quantity,
  0 AS requests
FROM {dataset}.usage_event_versions
WHERE vendor = @vendor AND account_id = @account_id AND report = @report AND usage_date BETWEEN @from AND @to AND load_id = @load_id
GROUP BY usage_date
UNION ALL
SELECT
  usage_date, 0 AS row_count, 0 AS key_count,
  0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
  basis, COUNT(*) AS basis_rows, SUM(charged_usd) AS basis_usd,
  CAST(0 AS BIGNUMERIC) AS whole_quantity, CAST(0 AS BIGNUMERIC) AS fraction_of_quantity, 0 AS requests
FROM {dataset}.usage_event_versions
WHERE vendor = @vendor AND account_id = @account_id AND report = @report AND usage_date BETWEEN @from AND @to AND load_id = @load_id
GROUP BY usage_date, basis
