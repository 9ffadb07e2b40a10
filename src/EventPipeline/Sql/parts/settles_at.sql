CAST(
      CASE
        WHEN r.after_its_month THEN DATE_ADD(
          DATE_ADD(DATE_ADD(q.usage_date, INTERVAL (1 - EXTRACT(DAY FROM q.usage_date)) DAY), INTERVAL 1 MONTH),
          INTERVAL (r.settled_after_days) DAY)
        ELSE DATE_ADD(q.usage_date, INTERVAL (r.settled_after_days + 1) DAY)
      END AS TIMESTAMP
    )
