-- What compact would delete from a table, by reason and month: rows, the days they are in, and their loads, each in the month of its first row.
-- @first_day DATE
-- @last_day DATE
-- @fetched_from TIMESTAMP
-- @fetched_before TIMESTAMP
-- @superseded_before TIMESTAMP
-- @loaded_before STRING
SELECT
  reason,
  MIN(day) AS first_day,
  MAX(day) AS last_day,
  SUM(row_count) AS row_count,
  SUM(CASE WHEN position = 1 THEN 1 ELSE 0 END) AS load_count
FROM (
  SELECT reason, day, row_count, ROW_NUMBER() OVER (PARTITION BY reason, load_id ORDER BY day) AS position
  FROM (
{removable}
  ) AS removable
) AS numbered
GROUP BY reason, EXTRACT(YEAR FROM day), EXTRACT(MONTH FROM day)
ORDER BY first_day;
