ALTER TABLE {dataset}.cost_versions
  ALTER COLUMN sku SET OPTIONS (description = 'The vendor\'s stock keeping unit.');

ALTER TABLE {dataset}.cost_versions
  ADD COLUMN IF NOT EXISTS list_usd BIGNUMERIC(38, 18) OPTIONS (description = 'Before discount, US dollars.'),
  ADD COLUMN IF NOT EXISTS is_chargeable BOOL OPTIONS (description = 'Whether the vendor charges for it.');

ALTER TABLE {dataset}.cost_versions
  SET OPTIONS (require_partition_filter = TRUE);

ALTER TABLE {dataset}.cost_versions
  SET OPTIONS (description = 'Money, one row per bucket and line, every version ever loaded. Query the view cost, by usage_date.');

CREATE TABLE {dataset}.slice_versions_new (
  vendor STRING NOT NULL OPTIONS (description = 'Who was asked.'),
  account_id STRING NOT NULL OPTIONS (description = 'Which account: the vendor\'s own organisation id, or the first name of an account whose vendor told none. A new name or key does not change it.'),
  account STRING NOT NULL OPTIONS (description = 'The account\'s configured name when it was read.'),
  report STRING NOT NULL OPTIONS (description = 'What was asked for.'),
  usage_date DATE NOT NULL OPTIONS (description = 'The UTC day.'),
  load_id STRING NOT NULL OPTIONS (description = 'The load that holds the rows; for an unchanged day an earlier one.'),
  read_began TIMESTAMP NOT NULL OPTIONS (description = 'When the reading began; never later than the server\'s clock, except where it follows a read that a clock ahead had recorded.'),
  row_count INT64 NOT NULL OPTIONS (description = 'Rows read.'),
  tokens INT64 NOT NULL OPTIONS (description = 'Tokens read.'),
  amount_usd BIGNUMERIC(38, 18) NOT NULL OPTIONS (description = 'Billed money read, US dollars.'),
  estimated_usd BIGNUMERIC(38, 18) NOT NULL OPTIONS (description = 'Estimated money read, US dollars.'),
  digest STRING NOT NULL OPTIONS (description = 'Row count and the sum of the row hashes modulo 2^128.'),
  grain STRING NOT NULL OPTIONS (description = 'The grouping the rows were asked with, and +hashed_emails where e-mail addresses are hashed; empty for a day without rows.'),
  normaliser_version INT64 NOT NULL OPTIONS (description = 'Counts changes of how answers become rows.'),
  state STRING NOT NULL OPTIONS (description = 'loaded, empty, unchanged or restored.'),
  pinned BOOL NOT NULL OPTIONS (description = 'Whether the version stays until a forced read.'),
  run_id STRING NOT NULL OPTIONS (description = 'The run that asked.'),
  window_id STRING NOT NULL OPTIONS (description = 'The run\'s window that asked.'),
  message_id STRING OPTIONS (description = 'The Pub/Sub message that asked.'),
  committed_at TIMESTAMP NOT NULL OPTIONS (description = 'When it was committed.'),
  window_outcome STRING OPTIONS (description = 'JSON on the row of a window\'s last day: how the window ended with this commit. Null on every other row, and in rows of earlier versions.')
)
PARTITION BY usage_date
CLUSTER BY vendor, account_id, report
OPTIONS (description = 'Every committed version of every slice (vendor, account, report, day). The newest read is the slice\'s content.');

INSERT INTO {dataset}.slice_versions_new (vendor, account_id, account, report, usage_date, load_id, read_began, row_count, tokens, amount_usd, estimated_usd, digest, grain, normaliser_version, state, pinned, run_id, window_id, message_id, committed_at, window_outcome)
SELECT vendor, account_id, account, report, usage_date, load_id, read_began, row_count, tokens, amount_usd, estimated_usd, digest, grain, normaliser_version, state, CAST(@pinned AS BOOL), run_id, window_id, message_id, committed_at, window_outcome
FROM {dataset}.slice_versions;

ALTER TABLE {dataset}.slice_versions RENAME TO slice_versions_old;

ALTER TABLE {dataset}.slice_versions_new RENAME TO slice_versions;
