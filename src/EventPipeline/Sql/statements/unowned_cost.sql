-- Billed money of some days that belongs to nobody, by what the vendor says of it, the largest amounts first.
-- @from DATE
-- @to DATE
SELECT
  vendor, account_id, account, sub_account_id, sub_account, actor_id, actor, api_key_id, api_key, SUM(amount_usd) AS amount_usd
FROM {dataset}.attributed_cost
WHERE usage_date BETWEEN @from AND @to AND method = 'unattributed'
GROUP BY vendor, account_id, account, sub_account_id, sub_account, actor_id, actor, api_key_id, api_key
ORDER BY amount_usd DESC, vendor, account_id, sub_account_id, actor_id, api_key_id;
