CREATE TABLE IF NOT EXISTS {dataset}.entity_versions (
  load_id STRING NOT NULL OPTIONS (description = 'The load that wrote the row; visible when slice_versions commits it.'),
  row_key STRING NOT NULL OPTIONS (description = 'Natural key: a hash over the bucket and its dimensions. Unique within a slice of a load.'),
  vendor STRING NOT NULL OPTIONS (description = 'Who was asked: {vendors}.'),
  account_id STRING NOT NULL OPTIONS (description = 'Which account: the vendor\'s own organisation id, or the first name of an account whose vendor told none. A new name or key does not change it.'),
  report STRING NOT NULL OPTIONS (description = 'What was asked for.'),
  grain STRING NOT NULL OPTIONS (description = 'What a row stands for: the grouping it was asked with. Rows of two grains are never added.'),
  usage_date DATE NOT NULL OPTIONS (description = 'The UTC day.'),
  kind STRING NOT NULL OPTIONS (description = 'organization, workspace, workspace_member, project, api_key, admin_api_key, user, service_account, group, group_member.'),
  id STRING NOT NULL OPTIONS (description = 'The vendor\'s id.'),
  name STRING OPTIONS (description = 'The name.'),
  email STRING OPTIONS (description = 'The e-mail address.'),
  parent_id STRING OPTIONS (description = 'What it belongs to.'),
  status STRING OPTIONS (description = 'The vendor\'s word for its state.'),
  created_at TIMESTAMP OPTIONS (description = 'When the vendor says it was made.'),
  deleted_at TIMESTAMP OPTIONS (description = 'When the vendor says it was archived or deleted.'),
  details JSON OPTIONS (description = 'What has no column of its own.')
)
PARTITION BY usage_date
CLUSTER BY vendor, account_id, kind
OPTIONS (description = 'The names behind ids, one row per id and day of a snapshot, every version ever loaded. Query the view entity.');
