UNION ALL
SELECT
  CAST(NULL AS INT64) AS ended, CAST(NULL AS INT64) AS succeeded, CAST(NULL AS INT64) AS refused, CAST(NULL AS INT64) AS cancelled,
  CAST(NULL AS INT64) AS told_completed, CAST(NULL AS INT64) AS told_failed, CAST(NULL AS INT64) AS told_cancelled,
  load_id, usage_date, became
FROM (
{visible_days}
) AS visible
