-- Under which account_id each configured name of a vendor has committed slices.
-- @vendor STRING
SELECT account, account_id, MAX(committed_at) AS committed_at
FROM {dataset}.slice_versions
WHERE vendor = @vendor
GROUP BY account, account_id;
