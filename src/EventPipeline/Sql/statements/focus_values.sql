-- The least value of each column of focus, for its type: over some days.
-- @from DATE
-- @to DATE
SELECT
  {values}
FROM {dataset}.focus
WHERE x_UsageDate BETWEEN @from AND @to;
