-- The budgets of the month of a day.
-- @day DATE
SELECT scope, name, monthly_usd
FROM {dataset}.budget
WHERE @day BETWEEN valid_from AND COALESCE(valid_until, DATE '9999-12-31')
ORDER BY scope, name;
