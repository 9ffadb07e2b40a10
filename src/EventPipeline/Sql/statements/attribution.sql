-- How much of the billed money of some days belongs to somebody, by vendor.
-- @from DATE
-- @to DATE
SELECT
  vendor, SUM(amount_usd) AS amount_usd, SUM(billed_usd) AS billed_usd, SUM(allocated_usd) AS allocated_usd,
  SUM(unattributed_usd) AS unattributed_usd
FROM {dataset}.attribution
WHERE usage_date BETWEEN @from AND @to
GROUP BY vendor
ORDER BY vendor;
