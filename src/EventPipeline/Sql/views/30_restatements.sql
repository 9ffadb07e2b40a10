-- Days whose content a vendor changed after it was first read. A change of our own grouping or normaliser is no restatement.
CREATE OR REPLACE VIEW {dataset}.restatements AS
WITH versions AS (
  SELECT
    vendor, account_id, account, report, usage_date, load_id, read_began, row_count, tokens, amount_usd, estimated_usd, digest,
    LAG(load_id) OVER w AS previous_load_id,
    LAG(read_began) OVER w AS previous_read_began,
    LAG(row_count) OVER w AS previous_row_count,
    LAG(tokens) OVER w AS previous_tokens,
    LAG(amount_usd) OVER w AS previous_amount_usd,
    LAG(estimated_usd) OVER w AS previous_estimated_usd,
    LAG(digest) OVER w AS previous_digest,
    LAG(grain) OVER w AS previous_grain,
    LAG(normaliser_version) OVER w AS previous_normaliser_version,
    grain,
    normaliser_version
  FROM {dataset}.slice_history
  WINDOW w AS (PARTITION BY vendor, account_id, report, usage_date ORDER BY read_began, load_id)
)
SELECT
  vendor, account_id, account, report, usage_date,
  previous_read_began, read_began,
  previous_load_id, load_id,
  previous_row_count, row_count,
  previous_tokens, tokens,
  previous_amount_usd, amount_usd,
  previous_estimated_usd, estimated_usd
FROM versions
WHERE digest <> previous_digest
  AND normaliser_version = previous_normaliser_version
  AND (grain = previous_grain OR grain = '' OR previous_grain = '');
