-- What landed in one load's partitions, to be compared with what was read.
-- Money and its rows are told basis by basis, as text: 'billed 1.5, list 2'.
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
  STRING_AGG(basis || ' ' || CAST(basis_usd AS STRING), ', ') AS usd_by_basis,
  STRING_AGG(basis || ' ' || CAST(basis_rows AS STRING), ', ') AS rows_by_basis,
  SUM(whole_quantity) AS whole_quantity,
  SUM(fraction_of_quantity) AS fraction_of_quantity,
  SUM(requests) AS requests
FROM (
  SELECT
    usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
    SUM(COALESCE(input_uncached_tokens, 0)) AS input_uncached_tokens, SUM(COALESCE(cache_read_tokens, 0)) AS cache_read_tokens,
    SUM(COALESCE(cache_write_tokens, 0)) AS cache_write_tokens, SUM(COALESCE(output_tokens, 0)) AS output_tokens,
    CAST(NULL AS STRING) AS basis, 0 AS basis_rows, CAST(0 AS BIGNUMERIC) AS basis_usd,
    SUM(TRUNC(COALESCE(quantity, 0))) AS whole_quantity, SUM(COALESCE(quantity, 0) - TRUNC(COALESCE(quantity, 0))) AS fraction_of_quantity,
    SUM(COALESCE(requests, 0)) AS requests
  FROM {dataset}.usage_versions
  WHERE load_id = @load_id AND usage_date BETWEEN @from AND @to
  GROUP BY usage_date
  UNION ALL
  SELECT
    usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
    0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
    CAST(NULL AS STRING) AS basis, 0 AS basis_rows, CAST(0 AS BIGNUMERIC) AS basis_usd,
    SUM(TRUNC(COALESCE(quantity, 0))) AS whole_quantity, SUM(COALESCE(quantity, 0) - TRUNC(COALESCE(quantity, 0))) AS fraction_of_quantity,
    0 AS requests
  FROM {dataset}.cost_versions
  WHERE load_id = @load_id AND usage_date BETWEEN @from AND @to
  GROUP BY usage_date
  UNION ALL
  SELECT
    usage_date, 0 AS row_count, 0 AS key_count,
    0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
    basis, COUNT(*) AS basis_rows, SUM(amount_usd) AS basis_usd,
    CAST(0 AS BIGNUMERIC) AS whole_quantity, CAST(0 AS BIGNUMERIC) AS fraction_of_quantity, 0 AS requests
  FROM {dataset}.cost_versions
  WHERE load_id = @load_id AND usage_date BETWEEN @from AND @to
  GROUP BY usage_date, basis
  UNION ALL
  SELECT
    usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
    0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
    CAST(NULL AS STRING) AS basis, 0 AS basis_rows, CAST(0 AS BIGNUMERIC) AS basis_usd,
    CAST(0 AS BIGNUMERIC) AS whole_quantity, CAST(0 AS BIGNUMERIC) AS fraction_of_quantity, 0 AS requests
  FROM {dataset}.activity_versions
  WHERE load_id = @load_id AND usage_date BETWEEN @from AND @to
  GROUP BY usage_date
  UNION ALL
  SELECT
    usage_date, COUNT(*) AS row_count, COUNT(DISTINCT row_key) AS key_count,
    0 AS input_uncached_tokens, 0 AS cache_read_tokens, 0 AS cache_write_tokens, 0 AS output_tokens,
    CAST(NULL AS STRING) AS basis, 0 AS basis_rows, CAST(0 AS BIGNUMERIC) AS basis_usd,
    CAST(0 AS BIGNUMERIC) AS whole_quantity, CAST(0 AS BIGNUMERIC) AS fraction_of_quantity, 0 AS requests
  FROM {dataset}.entity_versions
  WHERE load_id = @load_id AND usage_date BETWEEN @from AND @to
  GROUP BY usage_date
) AS landed
GROUP BY usage_date;
