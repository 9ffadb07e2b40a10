-- Days whose content a vendor changed after it was first read, from the version before to the one that took its place, in the order in which they were
-- read. A version is compared with the last one of its own grain, an empty day (grain '') with any: its rows. Where there is none, with the last of
-- another grain: its totals, so that a change of our own grouping is no restatement and a change of the vendor's that came with it is. Nothing is compared
-- with what an earlier normaliser made of an answer, and a version that a person put back is no word of the vendor's. Rows that are stored under another
-- account_id, since merged, differ by that alone: their totals are compared.
-- Columns:
-- previous_read_began: When the read before began.
-- previous_load_id: The load that holds the rows of the read before.
-- previous_grain: Its grain.
-- previous_row_count: Its rows.
-- previous_tokens: Its tokens.
-- previous_amount_usd: Its billed money, US dollars.
-- previous_estimated_usd: Its estimated money, US dollars.
-- was_settled: Whether the read before began after the vendor stops restating the day. Null where only the settings say when that is.
CREATE OR REPLACE VIEW {dataset}.restatements AS
WITH versions AS (
  SELECT DISTINCT
    vendor, account_id, stored_account_id, account, report, usage_date, load_id, read_began, row_count, tokens, amount_usd, estimated_usd, digest, grain, normaliser_version,
    MIN(read_began) OVER (PARTITION BY vendor, account_id, report, usage_date, load_id) AS first_read_began
  FROM {dataset}.slice_history
  WHERE state <> 'restored' AND NOT pinned
),
pairs AS (
  SELECT
    v.vendor, v.account_id, v.account, v.report, v.usage_date,
    p.first_read_began AS previous_read_began, v.read_began,
    p.load_id AS previous_load_id, v.load_id,
    p.grain AS previous_grain, v.grain,
    p.row_count AS previous_row_count, v.row_count,
    p.tokens AS previous_tokens, v.tokens,
    p.amount_usd AS previous_amount_usd, v.amount_usd,
    p.estimated_usd AS previous_estimated_usd, v.estimated_usd,
    p.digest AS previous_digest, v.digest,
    (p.stored_account_id = v.stored_account_id AND (p.grain = v.grain OR p.grain = '' OR v.grain = '')) AS same_rows
  FROM versions AS v
  JOIN versions AS p
    ON v.vendor = p.vendor AND v.account_id = p.account_id AND v.report = p.report AND v.usage_date = p.usage_date
    AND (p.read_began < v.read_began OR (p.read_began = v.read_began AND p.load_id < v.load_id))
    AND (p.normaliser_version = v.normaliser_version OR p.grain = '' OR v.grain = '')
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY v.vendor, v.account_id, v.report, v.usage_date, v.read_began, v.load_id
    ORDER BY
      CASE WHEN p.grain = v.grain OR p.grain = '' OR v.grain = '' THEN 0 ELSE 1 END,
      p.read_began DESC, p.load_id DESC
  ) = 1
)
SELECT
  q.vendor, q.account_id, q.account, q.report, q.usage_date,
  q.previous_read_began, q.read_began,
  q.previous_load_id, q.load_id,
  q.previous_grain, q.grain,
  q.previous_row_count, q.row_count,
  q.previous_tokens, q.tokens,
  q.previous_amount_usd, q.amount_usd,
  q.previous_estimated_usd, q.estimated_usd,
  q.previous_read_began >= {settles_at} AS was_settled
FROM pairs AS q
LEFT JOIN {dataset}.settling_reports AS r
  ON q.vendor = r.vendor AND q.report = r.report
WHERE CASE
  WHEN same_rows THEN digest <> previous_digest
  ELSE tokens <> previous_tokens OR amount_usd <> previous_amount_usd OR estimated_usd <> previous_estimated_usd
END;
