-- What landed in one load's partitions, to be compared with what was read: one of Sql/proofs for each table that the load touched.
-- Money and its rows are told basis by basis, as text: 'billed 1.5, list 2'.
-- @vendor STRING
-- @account_id STRING
-- @report STRING
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
{landed}
) AS landed
GROUP BY usage_date;
