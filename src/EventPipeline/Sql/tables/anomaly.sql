CREATE TABLE IF NOT EXISTS {dataset}.anomaly (
  anomaly_id STRING NOT NULL OPTIONS (description = 'What was found, about whom and for when: the same finding has the same id.'),
  kind STRING NOT NULL OPTIONS (description = 'empty_day, volume, cost, stale, restatement, budget or forecast.'),
  vendor STRING OPTIONS (description = 'The vendor. Null of a team\'s budget.'),
  account_id STRING OPTIONS (description = 'Which account. Null of a budget.'),
  account STRING OPTIONS (description = 'The account\'s configured name. Null of a vendor\'s or a team\'s budget.'),
  report STRING OPTIONS (description = 'The report. Null where money of the whole account, or a budget, is meant.'),
  team STRING OPTIONS (description = 'The team, of its budget.'),
  usage_date DATE NOT NULL OPTIONS (description = 'The UTC day that it is about; of a budget the last day that was counted.'),
  value BIGNUMERIC(38, 18) OPTIONS (description = 'What was found, in unit.'),
  expected BIGNUMERIC(38, 18) OPTIONS (description = 'What it was compared with, in unit: a mean, the content before, a limit, a budget.'),
  unit STRING NOT NULL OPTIONS (description = 'rows, tokens, US dollars or hours.'),
  reason STRING NOT NULL OPTIONS (description = 'The same in a sentence.'),
  run_id STRING NOT NULL OPTIONS (description = 'The run after which it was found.'),
  recorded_at TIMESTAMP NOT NULL OPTIONS (description = 'When it was recorded.')
)
PARTITION BY usage_date
CLUSTER BY kind, vendor
OPTIONS (description = 'What was found to be unusual after a run. Rows are only added. Query the view anomalies.');
