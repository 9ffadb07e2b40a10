-- What the commits of some loads made visible, day by day, told from the order of commits: 'first' where nothing was before, 'again' where it took the place of other
-- content, 'unchanged' where of the same, 'hidden' where what was shown began to be read later.
-- @first_day DATE
-- @last_day DATE
WITH versions AS (
  SELECT vendor, account_id, report, usage_date, load_id, read_began, committed_at, digest, state
  FROM {dataset}.slice_versions
  WHERE usage_date BETWEEN @first_day AND @last_day
)
SELECT
  m.load_id,
  m.usage_date,
  CASE
    WHEN p.load_id IS NULL THEN 'first'
    WHEN p.read_began > m.read_began OR (p.read_began = m.read_began AND p.load_id > m.load_id) THEN 'hidden'
    WHEN p.digest = m.digest THEN 'unchanged'
    ELSE 'again'
  END AS became
FROM versions AS m
LEFT JOIN versions AS p
  ON m.vendor = p.vendor AND m.account_id = p.account_id AND m.report = p.report AND m.usage_date = p.usage_date AND m.load_id <> p.load_id
  AND (p.committed_at < m.committed_at OR (p.committed_at = m.committed_at AND p.load_id < m.load_id))
WHERE m.load_id IN ({load_ids}) AND m.state <> 'unchanged'
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY m.load_id, m.usage_date
  ORDER BY m.committed_at, p.read_began DESC, p.load_id DESC, p.committed_at DESC
) = 1;
