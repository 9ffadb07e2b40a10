-- Billed money of some days, by day and by one thing that it is about; an id stands beside its name.
-- @by STRING
-- @from DATE
-- @to DATE
SELECT usage_date, item, SUM(amount_usd) AS amount_usd
FROM (
  SELECT
    usage_date,
    amount_usd,
    CASE @by
      WHEN 'vendor' THEN vendor
      WHEN 'account' THEN vendor || '/' || account
      WHEN 'model' THEN model
      WHEN 'person' THEN COALESCE(person_name, person)
      WHEN 'team' THEN team
      WHEN 'key' THEN CASE WHEN api_key = api_key_id THEN api_key_id ELSE api_key || ' (' || api_key_id || ')' END
      WHEN 'workspace' THEN
        CASE WHEN sub_account = sub_account_id OR sub_account_id IS NULL THEN sub_account ELSE sub_account || ' (' || sub_account_id || ')' END
    END AS item
  FROM {dataset}.attributed_cost
  WHERE usage_date BETWEEN @from AND @to
) AS d
GROUP BY usage_date, item;
