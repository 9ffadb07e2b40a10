-- What stands in the dataset, by account and by the name it was read under.
SELECT
  vendor, account_id, account, MIN(stored_account_id) AS first_id, MAX(stored_account_id) AS last_id,
  COUNT(DISTINCT usage_date) AS days, MIN(usage_date) AS first_day, MAX(usage_date) AS last_day
FROM {dataset}.slice_history
GROUP BY vendor, account_id, account
ORDER BY vendor, account_id, account;
