-- Money of every basis: the newest committed read of every slice that is shown (shown_slices), each natural key once. Bases overlap, so a total filters one: cost holds what is billed,
-- cost_estimated what a vendor estimates.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
CREATE OR REPLACE VIEW {dataset}.cost_all AS
SELECT f.* REPLACE (s.account_id AS account_id)
FROM {dataset}.cost_versions AS f
JOIN {dataset}.shown_slices AS s
  ON f.vendor = s.vendor
  AND f.account_id = s.stored_account_id
  AND f.report = s.report
  AND f.usage_date = s.usage_date
  AND f.load_id = s.load_id;
