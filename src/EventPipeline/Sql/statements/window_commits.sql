-- What one window of one run has committed.
-- @run_id STRING
-- @window_id STRING
-- @from DATE
-- @to DATE
SELECT usage_date, state, row_count, tokens, load_id
FROM {dataset}.slice_versions
WHERE run_id = @run_id AND window_id = @window_id AND usage_date BETWEEN @from AND @to
QUALIFY ROW_NUMBER() OVER (PARTITION BY usage_date ORDER BY read_began DESC, load_id DESC) = 1;
