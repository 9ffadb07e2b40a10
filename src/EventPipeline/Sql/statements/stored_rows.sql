-- How many rows of some loads are stored, by load and day: compact may have deleted them.
-- @from DATE
-- @to DATE
SELECT load_id, usage_date, SUM(row_count) AS row_count
FROM (
{counts}
) AS counts
GROUP BY load_id, usage_date;
