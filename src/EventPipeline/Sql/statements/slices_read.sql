-- @from DATE
-- @to DATE
SELECT vendor, account_id, report, usage_date, read_began, pinned, row_count
FROM {dataset}.current_slices
WHERE usage_date BETWEEN @from AND @to;
