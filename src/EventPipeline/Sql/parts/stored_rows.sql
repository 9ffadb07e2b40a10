SELECT load_id, usage_date, COUNT(*) AS row_count
FROM {dataset}.{table}
WHERE usage_date BETWEEN @from AND @to AND load_id IN ({load_ids})
GROUP BY load_id, usage_date
