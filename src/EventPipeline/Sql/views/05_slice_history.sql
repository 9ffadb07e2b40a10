-- Every committed version of every slice, under the account_id that its account has now: an account_id that was merged into another counts as the other.
-- Columns:
-- stored_account_id: The account_id that the rows were committed with; it differs from account_id after a merge.
CREATE OR REPLACE VIEW {dataset}.slice_history AS
SELECT
  v.* REPLACE (COALESCE(m.merged_into, v.account_id) AS account_id),
  v.account_id AS stored_account_id
FROM {dataset}.slice_versions AS v
LEFT JOIN (
  SELECT vendor, account_id, value AS merged_into
  FROM {dataset}.account_identity
  WHERE mark = 'merged_into'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, account_id ORDER BY recorded_at DESC, value) = 1
) AS m
  ON v.vendor = m.vendor AND v.account_id = m.account_id;
