CREATE TABLE IF NOT EXISTS {dataset}.account_identity (
  vendor STRING NOT NULL OPTIONS (description = 'Whose account: {vendors}.'),
  account_id STRING NOT NULL OPTIONS (description = 'The account\'s id in every table; decided once, at its first commit.'),
  mark STRING NOT NULL OPTIONS (description = 'What value is: name (configured), organization or organization_header (the vendor\'s own id, from its body or a header), organization_hint (a name in a header), key (a fingerprint), merged_into (another account_id).'),
  value STRING NOT NULL OPTIONS (description = 'What the account is known by.'),
  run_id STRING OPTIONS (description = 'The run that recorded it; null when a person did.'),
  recorded_at TIMESTAMP NOT NULL OPTIONS (description = 'When it was recorded. The newest row of a vendor, mark and value counts; of merged_into the newest of an account_id.')
)
CLUSTER BY vendor, account_id
OPTIONS (description = 'What each account is known by: names change, keys are rotated, vendors stop telling an id; account_id stays. Rows are only added.');
