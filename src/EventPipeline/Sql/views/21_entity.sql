-- The last known name of every id, also after the vendor stopped listing it, be it on the day on which it was first seen: every committed read of a
-- snapshot counts, not only the day's newest.
-- Columns:
-- first_seen: The first UTC day on which it was listed.
-- last_seen: The last UTC day on which it was listed.
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
JOIN (
  SELECT vendor, account_id, stored_account_id, report, usage_date, load_id, MAX(read_began) AS read_began
  FROM {dataset}.slice_history
  GROUP BY vendor, account_id, stored_account_id, report, usage_date, load_id
) AS s
  ON f.vendor = s.vendor
  AND f.account_id = s.stored_account_id
  AND f.report = s.report
  AND f.usage_date = s.usage_date
  AND f.load_id = s.load_id
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY f.vendor, s.account_id, f.kind, f.id
  ORDER BY f.usage_date DESC, s.read_began DESC, s.load_id DESC, f.row_key
) = 1;
