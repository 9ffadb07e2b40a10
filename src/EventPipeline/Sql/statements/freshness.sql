SELECT vendor, account, account_id, report, data_complete_until, first_hole, settled_until, last_read_began, last_read_in_future, slices, last_error, last_error_at
FROM {dataset}.freshness
ORDER BY vendor, account, report, account_id;
