-- A row of focus, for the names of its columns and their order.
-- @from DATE
-- @to DATE
SELECT *
FROM {dataset}.focus
WHERE x_UsageDate BETWEEN @from AND @to
LIMIT 1;
