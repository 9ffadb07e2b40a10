-- The days of the slices that are stored under an account_id: nulls where there are none.
-- @vendor STRING
-- @account_id STRING
SELECT MIN(usage_date) AS first_day, MAX(usage_date) AS last_day
FROM {dataset}.slice_versions
WHERE vendor = @vendor AND account_id = @account_id;
