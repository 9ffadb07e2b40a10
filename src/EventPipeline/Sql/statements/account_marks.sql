-- What a vendor's accounts are known by, oldest first.
-- @vendor STRING
SELECT account_id, mark, value
FROM {dataset}.account_identity
WHERE vendor = @vendor
ORDER BY recorded_at, account_id, mark, value;
