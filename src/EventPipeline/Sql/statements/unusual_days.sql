-- What is unusual about some days of what is shown. Each day is compared with up to twenty days before it, of the last 70, that are of its kind (working days, or Saturdays
-- and Sundays) and of which nothing was found unusual, once there are eight:
--   empty_day     a report without rows; the days before all had some, and too many, or too nearly the same number, for none to be chance (the mean is above four standard
--                 deviations as chance makes them, or above ten as they are);
--   volume        tokens of a report, or rows of one that counts no tokens: more than 120 % of the mean and than six standard deviations above it, or less than a third and
--                 than four below it. Rows deviate at least as chance does: by the root of their mean;
--   cost          billed money of an account: more than 120 % of the mean of the seven days of its kind before it, and than six standard deviations above that of all;
--   restatement   a day whose vendor changed it after it had stopped restating it, or by more than a fifth of itself, than a fifth of the mean and than three standard
--                 deviations.
-- Restatements are those that were read since @since, of any day of the 400 before @to.
-- @from DATE
-- @to DATE
-- @since TIMESTAMP
WITH days AS (
  SELECT
    q.vendor, q.account_id, q.account, q.report, q.usage_date, q.row_count, q.tokens, q.amount_usd,
    EXTRACT(DAYOFWEEK FROM q.usage_date) IN (1, 7) AS is_weekend,
    MAX(q.tokens) OVER (PARTITION BY q.vendor, q.account_id, q.report) > 0 AS has_tokens
  FROM {dataset}.shown_slices AS q
  LEFT JOIN {dataset}.snapshot_reports AS s
    ON q.vendor = s.vendor AND q.report = s.report
  WHERE q.usage_date BETWEEN DATE_ADD(@from, INTERVAL (-70) DAY) AND @to AND s.report IS NULL
),
measured AS (
  SELECT 'empty_day' AS kind, vendor, account_id, account, report, usage_date, is_weekend, 'rows' AS unit, CAST(row_count AS BIGNUMERIC) AS value
  FROM days
  UNION ALL
  SELECT
    'volume' AS kind, vendor, account_id, account, report, usage_date, is_weekend,
    CASE WHEN has_tokens THEN 'tokens' ELSE 'rows' END AS unit,
    CAST(CASE WHEN has_tokens THEN tokens ELSE row_count END AS BIGNUMERIC) AS value
  FROM days
  UNION ALL
  SELECT 'money' AS kind, vendor, account_id, account, report, usage_date, is_weekend, 'US dollars' AS unit, amount_usd AS value
  FROM days
  UNION ALL
  SELECT
    'cost' AS kind, vendor, account_id, MAX(account) AS account, CAST(NULL AS STRING) AS report, usage_date, is_weekend, 'US dollars' AS unit,
    SUM(amount_usd) AS value
  FROM days
  GROUP BY vendor, account_id, usage_date, is_weekend
),
found AS (
  SELECT DISTINCT vendor, account_id, report, usage_date
  FROM {dataset}.anomaly
  WHERE kind IN ('empty_day', 'volume', 'cost', 'restatement') AND usage_date BETWEEN DATE_ADD(@from, INTERVAL (-70) DAY) AND @to
),
excluded AS (
  SELECT vendor, account_id, report, usage_date
  FROM found
  WHERE report IS NOT NULL
  UNION ALL
  SELECT DISTINCT vendor, account_id, '' AS report, usage_date
  FROM found
),
compared AS (
  SELECT
    m.*,
    COUNT(m.usual) OVER twenty AS days_before,
    COUNT(CASE WHEN m.usual > 0 THEN 1 END) OVER twenty AS days_with_some,
    MIN(m.usual) OVER twenty AS least,
    AVG(m.usual) OVER twenty AS mean,
    STDDEV_SAMP(m.usual) OVER twenty AS deviation,
    AVG(m.usual) OVER seven AS mean_of_seven
  FROM (
    SELECT d.*, CASE WHEN f.vendor IS NULL THEN d.value END AS usual
    FROM measured AS d
    LEFT JOIN excluded AS f
      ON d.vendor = f.vendor AND d.account_id = f.account_id AND CASE WHEN d.kind IN ('money', 'cost') THEN '' ELSE d.report END = f.report AND d.usage_date = f.usage_date
  ) AS m
  WINDOW
    twenty AS (
      PARTITION BY m.kind, m.vendor, m.account_id, m.report, m.is_weekend ORDER BY m.usage_date ROWS BETWEEN 20 PRECEDING AND 1 PRECEDING),
    seven AS (
      PARTITION BY m.kind, m.vendor, m.account_id, m.report, m.is_weekend ORDER BY m.usage_date ROWS BETWEEN 7 PRECEDING AND 1 PRECEDING)
),
judged AS (
  SELECT *, CASE WHEN unit = 'rows' AND deviation < SQRT(ABS(mean)) THEN SQRT(ABS(mean)) ELSE deviation END AS noise
  FROM compared
  WHERE days_before >= 8
),
changed AS (
  SELECT
    r.vendor, r.account_id, r.account, r.report, r.usage_date, r.load_id, r.was_settled,
    CASE WHEN c.kind = 'money' THEN 'US dollars' WHEN r.tokens <> r.previous_tokens THEN 'tokens' ELSE 'rows' END AS unit,
    CASE
      WHEN c.kind = 'money' THEN r.amount_usd
      WHEN r.tokens <> r.previous_tokens THEN CAST(r.tokens AS BIGNUMERIC)
      ELSE CAST(r.row_count AS BIGNUMERIC)
    END AS value,
    CASE
      WHEN c.kind = 'money' THEN r.previous_amount_usd
      WHEN r.tokens <> r.previous_tokens THEN CAST(r.previous_tokens AS BIGNUMERIC)
      ELSE CAST(r.previous_row_count AS BIGNUMERIC)
    END AS before,
    c.kind
  FROM {dataset}.restatements AS r
  CROSS JOIN (SELECT 'money' AS kind UNION ALL SELECT 'volume' AS kind) AS c
  WHERE r.usage_date BETWEEN DATE_ADD(@to, INTERVAL (-400) DAY) AND @to
    AND r.read_began >= @since
    AND CASE c.kind WHEN 'money' THEN r.amount_usd <> r.previous_amount_usd ELSE r.amount_usd = r.previous_amount_usd END
)
SELECT
  kind, vendor, account_id, account, report, usage_date, CAST(NULL AS STRING) AS load_id, FALSE AS was_settled, unit, value,
  CAST(ROUND(CASE WHEN kind = 'cost' THEN mean_of_seven ELSE mean END, 2) AS BIGNUMERIC) AS expected,
  days_before
FROM judged
WHERE usage_date >= @from
  AND CASE kind
    WHEN 'empty_day' THEN value = 0 AND least > 0 AND (mean > 4 * noise OR mean > 10 * deviation)
    WHEN 'volume' THEN days_with_some >= 8 AND value > 0
      AND ((value > 1.2 * mean AND value > mean + 6 * noise) OR (value * 3 < mean AND value < mean - 4 * noise))
    WHEN 'cost' THEN value > 0 AND value > 1.2 * mean_of_seven AND value > mean + 6 * noise
    ELSE FALSE
  END
UNION ALL
SELECT
  'restatement' AS kind, c.vendor, c.account_id, c.account, c.report, c.usage_date, c.load_id, COALESCE(c.was_settled, FALSE) AS was_settled, c.unit, c.value,
  c.before AS expected, CAST(NULL AS INT64) AS days_before
FROM changed AS c
LEFT JOIN judged AS j
  ON c.kind = j.kind AND c.vendor = j.vendor AND c.account_id = j.account_id AND c.report = j.report AND c.usage_date = j.usage_date
WHERE c.was_settled OR (ABS(c.value - c.before) > 0.2 * j.mean AND ABS(c.value - c.before) > 0.2 * ABS(c.before) AND ABS(c.value - c.before) > 3 * j.noise)
ORDER BY usage_date, kind, vendor, account_id, report;
