-- What is billed for each model on some days, and what its tokens cost by list.
-- @from DATE
-- @to DATE
SELECT usage_date, vendor, account_id, model, billed_usd, priced_usd, priced_tokens, unpriced_tokens, oldest_price, newest_price
FROM {dataset}.drift
WHERE usage_date BETWEEN @from AND @to
ORDER BY usage_date, vendor, account_id, model;
