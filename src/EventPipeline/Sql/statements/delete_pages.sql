-- Deletes the pages, fetched in some days, of loads that no version needs. Whether one does is decided here, in the statement that deletes.
-- @first_day DATE
-- @last_day DATE
-- @fetched_from TIMESTAMP
-- @fetched_before TIMESTAMP
-- @superseded_before TIMESTAMP
-- @loaded_before STRING
DELETE FROM {dataset}.raw_page AS t
WHERE t.fetched_at >= @fetched_from AND t.fetched_at < @fetched_before
  AND EXISTS (
    SELECT 1
    FROM (
{removable}
    ) AS r
    WHERE r.vendor = t.vendor AND r.account_id = t.account_id AND r.report = t.report AND r.load_id = t.load_id
  );
