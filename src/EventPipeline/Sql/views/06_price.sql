-- What tokens cost by list, and from when to when (both days UTC and included; valid_until is null while it lasts). Somebody read each price somewhere on some day (source,
-- source_date): whether it is still true on a later day nobody knows.
-- Columns:
-- valid_until: The last UTC day of usage that has this price. Null while it lasts.
CREATE OR REPLACE VIEW {dataset}.price AS
SELECT
  vendor, model, tier, token_type, valid_from,
  CAST(DATE_ADD(next_from, INTERVAL (-1) DAY) AS DATE) AS valid_until,
  usd_per_token, source, source_date, list, change_id, recorded_at
FROM (
  SELECT h.*, LEAD(h.valid_from) OVER (PARTITION BY h.vendor, h.model, h.tier, h.token_type ORDER BY h.valid_from) AS next_from
  FROM (
    SELECT *
    FROM {dataset}.price_history
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, model, tier, token_type, valid_from ORDER BY recorded_at DESC, change_id DESC) = 1
  ) AS h
) AS periods
WHERE usd_per_token IS NOT NULL;
