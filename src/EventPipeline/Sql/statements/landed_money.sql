-- The money of every load of some days of a report, basis by basis, as text: 'billed 1.5, list 2'.
-- @vendor STRING
-- @report STRING
-- @from DATE
-- @to DATE
SELECT load_id, usage_date, STRING_AGG(basis || ' ' || CAST(usd AS STRING), ', ') AS usd_by_basis
FROM (
  SELECT load_id, usage_date, basis, SUM(amount_usd) AS usd
  FROM {dataset}.cost_versions
  WHERE vendor = @vendor AND report = @report AND usage_date BETWEEN @from AND @to
  GROUP BY load_id, usage_date, basis
  UNION ALL
  SELECT load_id, usage_date, basis, SUM(charged_usd) AS usd
  FROM {dataset}.usage_event_versions
  WHERE vendor = @vendor AND report = @report AND usage_date BETWEEN @from AND @to
  GROUP BY load_id, usage_date, basis
) AS sums
GROUP BY load_id, usage_date;
