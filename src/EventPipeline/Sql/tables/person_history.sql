CREATE TABLE IF NOT EXISTS {dataset}.person_history (
  vendor STRING OPTIONS (description = 'Whose id it is: {vendors}, or a described vendor. Null for an e-mail address, which counts for all vendors.'),
  kind STRING NOT NULL OPTIONS (description = 'What id is: user, email, api_key, workspace (a project or team too) or account.'),
  id STRING NOT NULL OPTIONS (description = 'The vendor\'s id; an e-mail address in lower case, or its hash; of an account its account_id.'),
  valid_from DATE NOT NULL OPTIONS (description = 'The first UTC day on which it belongs to whom the row names, until the next row of the same id. 0001-01-01 is since ever.'),
  person STRING OPTIONS (description = 'Who it belongs to, as the organisation identifies people. Null where it belongs to a team alone, or to nobody any more.'),
  name STRING OPTIONS (description = 'The person\'s name.'),
  team STRING OPTIONS (description = 'The team. Null with person: it belongs to nobody from valid_from on.'),
  cost_center STRING OPTIONS (description = 'The cost centre.'),
  manager STRING OPTIONS (description = 'The manager.'),
  source STRING NOT NULL OPTIONS (description = 'Where the row came from: the file or table that was imported.'),
  change_id STRING NOT NULL OPTIONS (description = 'The import that recorded it.'),
  recorded_at TIMESTAMP NOT NULL OPTIONS (description = 'When it was recorded. The newest row of an id and valid_from counts.')
)
CLUSTER BY kind, vendor, id
OPTIONS (description = 'Who owns a user, e-mail address, key, workspace or account, and since when; personal data. Rows are only added. Query the view person.');
