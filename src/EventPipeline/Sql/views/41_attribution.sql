-- How much of a day's billed money is known to belong to somebody, by vendor: of amount_usd, billed_usd is what the vendor bills to an owner, allocated_usd what is
-- split by tokens, unattributed_usd the rest. attributed_share is (billed + allocated) / amount; null where nothing was billed.
-- Filter by usage_date: BigQuery reads only the days that are left, and refuses a query without a filter of days.
-- Columns:
-- amount_usd: Billed on the day, US dollars.
-- billed_usd: Of amount_usd, what lines bill to something that is owned.
-- allocated_usd: Of amount_usd, what was split by tokens and belongs to somebody.
-- unattributed_usd: Of amount_usd, what belongs to nobody.
-- attributed_share: (billed_usd + allocated_usd) / amount_usd, to nine digits. Null where nothing was billed.
CREATE OR REPLACE VIEW {dataset}.attribution AS
SELECT
  usage_date, vendor, amount_usd, billed_usd, allocated_usd, unattributed_usd,
  CASE WHEN amount_usd <> 0 THEN CAST(ROUND((billed_usd + allocated_usd) / amount_usd, 9) AS BIGNUMERIC) END AS attributed_share
FROM (
  SELECT
    usage_date,
    vendor,
    SUM(amount_usd) AS amount_usd,
    SUM(CASE WHEN method = 'billed' THEN amount_usd ELSE 0 END) AS billed_usd,
    SUM(CASE WHEN method = 'allocated' THEN amount_usd ELSE 0 END) AS allocated_usd,
    SUM(CASE WHEN method = 'unattributed' THEN amount_usd ELSE 0 END) AS unattributed_usd
  FROM {dataset}.attributed_cost
  GROUP BY usage_date, vendor
) AS d;
