-- Dead letters that pass a filter, by cause and by whom they concern; the reason is the newest one's.
-- @state STRING
-- @cause STRING
-- @vendor STRING
-- @account STRING
-- @run_id STRING
-- @since TIMESTAMP
SELECT cause, vendor, account, report, letters, first_seen, last_seen, reason, hint
FROM (
  SELECT
    cause, vendor, account, report, reason, hint,
    COUNT(*) OVER (PARTITION BY cause, vendor, account, report) AS letters,
    MIN(first_seen) OVER (PARTITION BY cause, vendor, account, report) AS first_seen,
    MAX(last_seen) OVER (PARTITION BY cause, vendor, account, report) AS last_seen,
    ROW_NUMBER() OVER (PARTITION BY cause, vendor, account, report ORDER BY last_seen DESC, id) AS position
  FROM {dataset}.dead_letters
  WHERE {chosen}
) AS numbered
WHERE position = 1
ORDER BY letters DESC, cause, vendor, account, report;
