CREATE TABLE IF NOT EXISTS {dataset}.seat_versions (
  load_id STRING NOT NULL OPTIONS (description = 'The load that wrote the row; visible when slice_versions commits it.'),
  row_key STRING NOT NULL OPTIONS (description = 'Natural key: a hash over the bucket and its dimensions. Unique within a slice of a load.'),
  vendor STRING NOT NULL OPTIONS (description = 'Who was asked: {vendors}.'),
  account_id STRING NOT NULL OPTIONS (description = 'Which account: the vendor\'s own organisation id, or the first name of an account whose vendor told none. A new name or key does not change it.'),
  report STRING NOT NULL OPTIONS (description = 'What was asked for.'),
  grain STRING NOT NULL OPTIONS (description = 'What a row stands for: the grouping it was asked with. Rows of two grains are never added.'),
  usage_date DATE NOT NULL OPTIONS (description = 'The UTC day of the snapshot.'),
  user_id STRING NOT NULL OPTIONS (description = 'The vendor\'s id of the person.'),
  name STRING OPTIONS (description = 'The name.'),
  email STRING OPTIONS (description = 'The e-mail address.'),
  role STRING OPTIONS (description = 'The vendor\'s word for the role.'),
  plan STRING OPTIONS (description = 'The vendor\'s word for the plan.'),
  state STRING OPTIONS (description = 'The vendor\'s word for the state of the seat.'),
  created_at TIMESTAMP OPTIONS (description = 'When the vendor says the seat was given.'),
  last_active_at TIMESTAMP OPTIONS (description = 'When the vendor says the seat was used last.'),
  cycle_start TIMESTAMP OPTIONS (description = 'When the billing cycle began that the amounts belong to.'),
  spend_usd BIGNUMERIC(38, 18) OPTIONS (description = 'Spent in the cycle so far beyond what the plan covers, US dollars. Never added over days.'),
  overall_spend_usd BIGNUMERIC(38, 18) OPTIONS (description = 'Spent in the cycle so far, usage that the plan covers included, US dollars. Never added over days.'),
  limit_usd BIGNUMERIC(38, 18) OPTIONS (description = 'What may be spent in the cycle, US dollars.'),
  details JSON OPTIONS (description = 'What has no column of its own.')
)
PARTITION BY usage_date
CLUSTER BY vendor, account_id, report
OPTIONS (require_partition_filter = TRUE, description = 'Who has a seat and what their meter showed, one row per person and day of a snapshot, every version ever loaded. Query the view seat, by usage_date.');
