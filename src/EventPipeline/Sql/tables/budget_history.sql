CREATE TABLE IF NOT EXISTS {dataset}.budget_history (
  scope STRING NOT NULL OPTIONS (description = 'Whose budget it is: vendor, account or team.'),
  name STRING NOT NULL OPTIONS (description = 'The vendor, the account as vendor/name, or the team.'),
  valid_from DATE NOT NULL OPTIONS (description = 'The first UTC day of the first month that has this budget, until the next row of the same scope and name.'),
  monthly_usd BIGNUMERIC(38, 18) OPTIONS (description = 'US dollars of billed money a calendar month, UTC. Null where there is no budget from valid_from on.'),
  list STRING NOT NULL OPTIONS (description = 'The file that was imported.'),
  change_id STRING NOT NULL OPTIONS (description = 'The import that recorded it.'),
  recorded_at TIMESTAMP NOT NULL OPTIONS (description = 'When it was recorded. The newest row of the same scope, name and valid_from counts.')
)
CLUSTER BY scope, name
OPTIONS (description = 'What a vendor, an account or a team may cost a month, since when. Rows are only added. Query the view budget.');
