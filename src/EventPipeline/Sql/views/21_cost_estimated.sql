-- Money that vendors estimate. It overlaps what they bill and is never added to it.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
CREATE OR REPLACE VIEW {dataset}.cost_estimated AS
SELECT *
FROM {dataset}.cost_all
WHERE basis = 'estimated';
