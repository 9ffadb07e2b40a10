-- Billed money, and no other: what vendors invoice. Every sum over it is one of a single basis.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
CREATE OR REPLACE VIEW {dataset}.cost AS
SELECT *
FROM {dataset}.cost_all
WHERE basis = 'billed';
