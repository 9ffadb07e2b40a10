SELECT COUNT(*) AS tables_read FROM {dataset}.run_events WHERE FALSE;
