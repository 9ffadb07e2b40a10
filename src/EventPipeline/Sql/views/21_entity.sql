-- The last known name of every id, also after the vendor stopped listing it.
CREATE OR REPLACE VIEW {dataset}.entity AS
SELECT
  f.vendor,
  s.account_id,
  f.kind,
  f.id,
  f.name,
  f.email,
  f.parent_id,
  f.status,
  f.created_at,
  f.deleted_at,
  f.details,
  MIN(f.usage_date) OVER (PARTITION BY f.vendor, s.account_id, f.kind, f.id) AS first_seen,
  f.usage_date AS last_seen
FROM {dataset}.entity_versions AS f
JOIN {dataset}.current_slices AS s
  ON f.vendor = s.vendor
  AND f.account_id = s.stored_account_id
  AND f.report = s.report
  AND f.usage_date = s.usage_date
  AND f.load_id = s.load_id
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY f.vendor, s.account_id, f.kind, f.id ORDER BY f.usage_date DESC, f.row_key) = 1;
