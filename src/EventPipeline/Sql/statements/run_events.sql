-- @run_id STRING
SELECT event, mode, window_id, vendor, account, report, window_start, window_end, state, row_count, tokens, amount_usd, estimated_usd, load_id, attempt, reason, details, recorded_at
FROM {dataset}.run_events
WHERE run_id = @run_id
ORDER BY recorded_at;
