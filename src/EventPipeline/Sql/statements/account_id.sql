-- The account_id that a configured name stands for.
-- @vendor STRING
-- @account STRING
SELECT account_id
FROM {dataset}.accounts
WHERE vendor = @vendor AND account = @account;
