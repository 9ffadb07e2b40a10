-- How many seats there were on each day on which they were read, newest day first.
-- @vendor STRING
-- @account_id STRING
-- @from DATE
-- @to DATE
SELECT usage_date, COUNT(*) AS seats
FROM {dataset}.seat
WHERE vendor = @vendor AND (@account_id IS NULL OR account_id = @account_id) AND usage_date BETWEEN @from AND @to
GROUP BY usage_date
ORDER BY usage_date DESC;
