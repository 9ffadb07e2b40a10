-- The account_id that each configured name stands for: the newest that was recorded; in datasets of earlier versions, the newest that was committed.
-- Columns:
-- account: The configured name.
-- known_since: Since when the name stands for the account.
CREATE OR REPLACE VIEW {dataset}.accounts AS
SELECT vendor, account, account_id, known_since
FROM (
  SELECT i.vendor, i.value AS account, COALESCE(m.merged_into, i.account_id) AS account_id, i.recorded_at AS known_since, 1 AS precedence
  FROM {dataset}.account_identity AS i
  LEFT JOIN (
    SELECT vendor, account_id, value AS merged_into
    FROM {dataset}.account_identity
    WHERE mark = 'merged_into'
    QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, account_id ORDER BY recorded_at DESC, value) = 1
  ) AS m
    ON i.vendor = m.vendor AND i.account_id = m.account_id
  WHERE i.mark = 'name'
  UNION ALL
  SELECT vendor, account, account_id, committed_at AS known_since, 0 AS precedence
  FROM {dataset}.slice_history
) AS named
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, account ORDER BY precedence DESC, known_since DESC, account_id) = 1;
