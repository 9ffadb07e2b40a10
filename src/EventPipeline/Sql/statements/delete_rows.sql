-- Deletes from a fact table, of some days, what no version needs. Whether one does is decided here, in the statement that deletes.
-- @first_day DATE
-- @last_day DATE
-- @superseded_before TIMESTAMP
-- @loaded_before STRING
DELETE FROM {dataset}.{table} AS t
WHERE t.usage_date BETWEEN @first_day AND @last_day
  AND EXISTS (
    SELECT 1
    FROM (
{removable}
    ) AS r
    WHERE r.vendor = t.vendor AND r.account_id = t.account_id AND r.report = t.report AND r.usage_date = t.usage_date AND r.load_id = t.load_id
  );
