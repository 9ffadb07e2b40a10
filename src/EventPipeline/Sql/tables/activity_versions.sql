CREATE TABLE IF NOT EXISTS {dataset}.activity_versions (
  load_id STRING NOT NULL OPTIONS (description = 'The load that wrote the row; visible when slice_versions commits it.'),
  row_key STRING NOT NULL OPTIONS (description = 'Natural key: a hash over the bucket and its dimensions. Unique within a slice of a load.'),
  vendor STRING NOT NULL OPTIONS (description = 'Who was asked: {vendors}.'),
  account_id STRING NOT NULL OPTIONS (description = 'Which account: the vendor\'s own organisation id, or the first name of an account whose vendor told none. A new name or key does not change it.'),
  report STRING NOT NULL OPTIONS (description = 'What was asked for.'),
  grain STRING NOT NULL OPTIONS (description = 'What a row stands for: the grouping it was asked with. Rows of two grains are never added.'),
  usage_date DATE NOT NULL OPTIONS (description = 'The UTC day.'),
  product STRING NOT NULL OPTIONS (description = 'The tool.'),
  actor_type STRING NOT NULL OPTIONS (description = 'What actor_id names: user, api_key_name; skill, connector, project; organization.'),
  actor_id STRING NOT NULL OPTIONS (description = 'Who did it, or what it was done with; (hidden) where the vendor does not say.'),
  sessions INT64 OPTIONS (description = 'Sessions.'),
  interactions INT64 OPTIONS (description = 'Interactions.'),
  lines_suggested INT64 OPTIONS (description = 'Lines suggested.'),
  lines_added INT64 OPTIONS (description = 'Lines added.'),
  lines_removed INT64 OPTIONS (description = 'Lines removed.'),
  accepted INT64 OPTIONS (description = 'Suggestions or edits accepted.'),
  rejected INT64 OPTIONS (description = 'Suggestions or edits rejected.'),
  commits INT64 OPTIONS (description = 'Commits.'),
  pull_requests INT64 OPTIONS (description = 'Pull requests.'),
  details JSON OPTIONS (description = 'What has no column of its own, and what must not be added, such as counts of distinct people.')
)
PARTITION BY usage_date
CLUSTER BY vendor, account_id, report
OPTIONS (require_partition_filter = TRUE, description = 'What people and keys did with a tool, one row per actor or thing, tool and day, every version ever loaded. Query the view activity, by usage_date.');
