-- What is billed in a month, slice by slice: all of it, what of it is negative, and when the vendor stops restating the day where it was read before that. A slice without
-- a bill is here without amounts.
-- @vendor STRING
-- @account_id STRING
-- @from DATE
-- @to DATE
SELECT s.account_id, s.account, s.report, s.usage_date, b.usd, b.negative_usd, u.settles_at
FROM {dataset}.shown_slices AS s
LEFT JOIN (
  SELECT account_id, report, usage_date, SUM(amount_usd) AS usd, SUM(CASE WHEN amount_usd < 0 THEN amount_usd ELSE 0 END) AS negative_usd
  FROM {dataset}.cost
  WHERE vendor = @vendor AND usage_date BETWEEN @from AND @to
  GROUP BY account_id, report, usage_date
) AS b
  ON s.account_id = b.account_id AND s.report = b.report AND s.usage_date = b.usage_date
LEFT JOIN {dataset}.unsettled AS u
  ON s.vendor = u.vendor AND s.account_id = u.account_id AND s.report = u.report AND s.usage_date = u.usage_date
WHERE s.vendor = @vendor AND (@account_id IS NULL OR s.account_id = @account_id) AND s.usage_date BETWEEN @from AND @to;
