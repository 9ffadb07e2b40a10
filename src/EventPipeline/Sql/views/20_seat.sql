-- Who had a seat on a day, and what their meter showed then: the newest committed read of every slice, each natural key once. The amounts grow through a billing
-- cycle: those of two days are never added.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
CREATE OR REPLACE VIEW {dataset}.seat AS
SELECT f.* REPLACE (s.account_id AS account_id)
FROM {dataset}.seat_versions AS f
JOIN {dataset}.current_slices AS s
  ON f.vendor = s.vendor
  AND f.account_id = s.stored_account_id
  AND f.report = s.report
  AND f.usage_date = s.usage_date
  AND f.load_id = s.load_id;
