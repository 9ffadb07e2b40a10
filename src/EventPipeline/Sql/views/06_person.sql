-- Who owns an id, and from when to when (both days UTC and included; valid_until is null while it lasts). The periods of an id never overlap, and a day on which
-- nobody owns it is in none of them. ownership identifies a period.
-- Columns:
-- ownership: Identifies the period: vendor, kind, id and first day.
-- valid_until: The last UTC day on which it belongs to whom the row names. Null while it lasts.
CREATE OR REPLACE VIEW {dataset}.person AS
SELECT
  COALESCE(vendor, '') || '/' || kind || '/' || id || '/' || CAST(valid_from AS STRING) AS ownership,
  vendor, kind, id, valid_from,
  CAST(DATE_ADD(next_from, INTERVAL (-1) DAY) AS DATE) AS valid_until,
  person, name, team, cost_center, manager, source, change_id, recorded_at
FROM (
  SELECT h.*, LEAD(h.valid_from) OVER (PARTITION BY h.vendor, h.kind, h.id ORDER BY h.valid_from) AS next_from
  FROM (
    SELECT *
    FROM {dataset}.person_history
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, kind, id, valid_from ORDER BY recorded_at DESC, change_id DESC) = 1
  ) AS h
) AS periods
WHERE person IS NOT NULL OR team IS NOT NULL;
