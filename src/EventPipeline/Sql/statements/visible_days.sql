-- What the commit of a load made visible, day by day, told from the order of commits: 'first' where nothing was before, 'again' where it took the place of other
-- content, 'unchanged' where of the same, 'hidden' where what was shown began to be read later.
-- @vendor STRING
-- @account_id STRING
-- @report STRING
-- @from DATE
-- @to DATE
-- @load_id STRING
WITH versions AS (
  SELECT usage_date, stored_account_id, load_id, read_began, committed_at, digest, row_count, tokens, amount_usd, estimated_usd, state
  FROM {dataset}.slice_history
  WHERE vendor = @vendor AND account_id = @account_id AND report = @report AND usage_date BETWEEN @from AND @to
)
SELECT
  m.usage_date,
  CASE
    WHEN p.load_id IS NULL THEN 'first'
    WHEN p.read_began > m.read_began OR (p.read_began = m.read_began AND p.load_id > m.load_id) THEN 'hidden'
    WHEN p.digest = m.digest THEN 'unchanged'
    WHEN p.stored_account_id <> m.stored_account_id AND p.row_count = m.row_count AND p.tokens = m.tokens AND p.amount_usd = m.amount_usd
      AND p.estimated_usd = m.estimated_usd THEN 'unchanged'
    ELSE 'again'
  END AS became
FROM versions AS m
LEFT JOIN versions AS p
  ON m.usage_date = p.usage_date AND m.load_id <> p.load_id
  AND (p.committed_at < m.committed_at OR (p.committed_at = m.committed_at AND p.load_id < m.load_id))
WHERE m.load_id = @load_id AND m.state <> 'unchanged'
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY m.usage_date
  ORDER BY m.committed_at, p.read_began DESC, p.load_id DESC, p.committed_at DESC
) = 1;
