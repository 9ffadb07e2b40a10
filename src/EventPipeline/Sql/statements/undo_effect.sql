-- Which slices would be shown without their rows if an account_id counted as a separate account again: compact has deleted what the merge hid.
-- @vendor STRING
-- @account_id STRING
-- @from DATE
-- @to DATE
SELECT COUNT(*) AS slices, MIN(s.usage_date) AS first_day, MAX(s.usage_date) AS last_day
FROM (
  SELECT report, usage_date, load_id, row_count
  FROM {dataset}.slice_versions
  WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to
  QUALIFY ROW_NUMBER() OVER (PARTITION BY report, usage_date ORDER BY read_began DESC, load_id DESC, committed_at DESC) = 1
) AS s
LEFT JOIN (
  SELECT report, usage_date, load_id FROM {dataset}.usage_versions
  WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to
  UNION DISTINCT
  SELECT report, usage_date, load_id FROM {dataset}.cost_versions
  WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to
  UNION DISTINCT
  SELECT report, usage_date, load_id FROM {dataset}.usage_event_versions
  WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to
  UNION DISTINCT
  SELECT report, usage_date, load_id FROM {dataset}.seat_versions
  WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to
  UNION DISTINCT
  SELECT report, usage_date, load_id FROM {dataset}.activity_versions
  WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to
  UNION DISTINCT
  SELECT report, usage_date, load_id FROM {dataset}.entity_versions
  WHERE vendor = @vendor AND account_id = @account_id AND usage_date BETWEEN @from AND @to
) AS f
  ON s.report = f.report AND s.usage_date = f.usage_date AND s.load_id = f.load_id
WHERE s.row_count > 0 AND f.load_id IS NULL;
