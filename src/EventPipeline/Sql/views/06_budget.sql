-- What a vendor, an account or a team may cost a calendar month, and from when to when (both days UTC and included; valid_until is null while it lasts).
-- Columns:
-- valid_until: The last UTC day of the last month that has this budget. Null while it lasts.
CREATE OR REPLACE VIEW {dataset}.budget AS
SELECT
  scope, name, valid_from,
  CAST(DATE_ADD(next_from, INTERVAL (-1) DAY) AS DATE) AS valid_until,
  monthly_usd, list, change_id, recorded_at
FROM (
  SELECT h.*, LEAD(h.valid_from) OVER (PARTITION BY h.scope, h.name ORDER BY h.valid_from) AS next_from
  FROM (
    SELECT *
    FROM {dataset}.budget_history
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (PARTITION BY scope, name, valid_from ORDER BY recorded_at DESC, change_id DESC) = 1
  ) AS h
) AS periods
WHERE monthly_usd IS NOT NULL;
