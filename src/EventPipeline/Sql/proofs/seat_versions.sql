SELECT
  usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
  0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
  CAST(NULL AS STRING) AS basis, 0 AS basis_rows, CAST(0 AS BIGNUMERIC) AS basis_usd,
  CAST(0 AS BIGNUMERIC) AS whole_quantity, CAST(0 AS BIGNUMERIC) AS fraction_of_quantity, 0 AS requests
FROM {dataset}.seat_versions
WHERE vendor = @vendor AND account_id = @account_id AND report = @report AND usage_date BETWEEN @from AND @to AND load_id = @load_id
GROUP BY usage_date
UNION ALL
SELECT
  usage_date, 0 AS row_count, 0 AS key_count,
  0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
  'cumulative' AS basis, COUNT(*) AS basis_rows, SUM(spend_usd) AS basis_usd,
  CAST(0 AS BIGNUMERIC) AS whole_quantity, CAST(0 AS BIGNUMERIC) AS fraction_of_quantity, 0 AS requests
FROM {dataset}.seat_versions
WHERE vendor = @vendor AND account_id = @account_id AND report = @report AND usage_date BETWEEN @from AND @to AND load_id = @load_id
  AND spend_usd IS NOT NULL
GROUP BY usage_date
UNION ALL
SELECT
  usage_date, 0 AS row_count, 0 AS key_count,
  0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
  'cumulative' AS basis, COUNT(*) AS basis_rows, SUM(overall_spend_usd) AS basis_usd,
  CAST(0 AS BIGNUMERIC) AS whole_quantity, CAST(0 AS BIGNUMERIC) AS fraction_of_quantity, 0 AS requests
FROM {dataset}.seat_versions
WHERE vendor = @vendor AND account_id = @account_id AND report = @report AND usage_date BETWEEN @from AND @to AND load_id = @load_id
  AND overall_spend_usd IS NOT NULL
GROUP BY usage_date
