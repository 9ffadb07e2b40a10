-- What the views show of an account, report by report and day by day: money of every basis as text ('billed 1.5, list 2'), tokens and requests; when the read began that
-- they show, and when the vendor stops restating the day where that is later.
-- @vendor STRING
-- @account_id STRING
-- @from DATE
-- @to DATE
SELECT s.report, s.usage_date, s.read_began, u.settles_at, m.usd_by_basis, t.tokens, t.requests
FROM {dataset}.shown_slices AS s
LEFT JOIN {dataset}.unsettled AS u
  ON s.vendor = u.vendor AND s.account_id = u.account_id AND s.report = u.report AND s.usage_date = u.usage_date
LEFT JOIN (
  SELECT report, usage_date, STRING_AGG(basis || ' ' || CAST(usd AS STRING), ', ') AS usd_by_basis
  FROM (
    SELECT report, usage_date, basis, SUM(amount_usd) AS usd
    FROM {dataset}.daily_cost_all
    WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to AND amount_usd IS NOT NULL
    GROUP BY report, usage_date, basis
  ) AS sums
  GROUP BY report, usage_date
) AS m
  ON s.report = m.report AND s.usage_date = m.usage_date
LEFT JOIN (
  SELECT report, usage_date, SUM(total_tokens) AS tokens, SUM(requests) AS requests
  FROM (
    SELECT report, usage_date, total_tokens, requests
    FROM {dataset}.usage
    WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to
    UNION ALL
    SELECT report, usage_date, total_tokens, CAST(NULL AS INT64) AS requests
    FROM {dataset}.usage_event
    WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to
  ) AS rows_of_both
  GROUP BY report, usage_date
) AS t
  ON s.report = t.report AND s.usage_date = t.usage_date
WHERE s.vendor = @vendor AND s.account_id = @account_id AND s.usage_date BETWEEN @from AND @to;
