SELECT vendor, account, account_id, report, data_complete_until, last_read_began, slices, last_error, last_error_at
FROM {dataset}.freshness
ORDER BY vendor, account, report;
