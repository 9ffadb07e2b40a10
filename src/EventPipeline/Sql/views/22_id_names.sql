-- What people call the ids that costs and usage name: accounts by their configured name, workspaces (projects and teams too), users (service accounts too) and keys by
-- the last name that their vendor told. An id is in it once; one without a name is not.
-- Columns:
-- kind: account, workspace (a project or team too), user (a service account too) or api_key.
-- id: The id; of an account its account_id.
-- name: The last name that was told of it.
CREATE OR REPLACE VIEW {dataset}.id_names AS
SELECT vendor, account_id, 'account' AS kind, account_id AS id, account AS name
FROM {dataset}.accounts
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, account_id ORDER BY known_since DESC, account) = 1
UNION ALL
SELECT vendor, account_id, kind, id, name
FROM (
  SELECT
    vendor, account_id, id, COALESCE(name, email) AS name, last_seen,
    CASE kind WHEN 'project' THEN 'workspace' WHEN 'service_account' THEN 'user' ELSE kind END AS kind
  FROM {dataset}.entity
  WHERE kind IN ('workspace', 'project', 'user', 'service_account', 'api_key') AND COALESCE(name, email) IS NOT NULL
) AS e
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, account_id, kind, id ORDER BY last_seen DESC, name) = 1;
