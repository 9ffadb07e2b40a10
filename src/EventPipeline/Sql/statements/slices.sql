-- The content of the dataset, slice by slice, newest day first.
-- @vendor STRING
-- @account STRING
-- @report STRING
-- @from DATE
-- @to DATE
-- @limit INT64
SELECT vendor, account, account_id, report, usage_date, state, row_count, tokens, amount_usd, estimated_usd, load_id, read_began, run_id
FROM {dataset}.current_slices
WHERE (@vendor IS NULL OR vendor = @vendor)
  AND (@account IS NULL OR account = @account OR account_id = @account)
  AND (@report IS NULL OR report = @report)
  AND usage_date BETWEEN @from AND @to
QUALIFY ROW_NUMBER() OVER (ORDER BY usage_date DESC, vendor, account, report) <= @limit
ORDER BY usage_date DESC, vendor, account, report;
