  LEFT JOIN {dataset}.person AS u
    ON u.kind = 'user' AND u.vendor = n.vendor AND u.id = n.actor_id
    AND n.usage_date >= u.valid_from AND n.usage_date <= COALESCE(u.valid_until, DATE '9999-12-31')
  LEFT JOIN (
    SELECT vendor, account_id, id, MIN(LOWER(email)) AS email
    FROM {dataset}.entity
    WHERE kind = 'user' AND email IS NOT NULL
    GROUP BY vendor, account_id, id
  ) AS m
    ON m.vendor = n.vendor AND m.account_id = n.account_id AND m.id = n.actor_id
  LEFT JOIN {dataset}.person AS e
    ON e.kind = 'email' AND e.id = COALESCE(m.email, LOWER(n.actor_id))
    AND n.usage_date >= e.valid_from AND n.usage_date <= COALESCE(e.valid_until, DATE '9999-12-31')
  LEFT JOIN {dataset}.person AS k
    ON k.kind = 'api_key' AND k.vendor = n.vendor AND k.id = n.api_key_id
    AND n.usage_date >= k.valid_from AND n.usage_date <= COALESCE(k.valid_until, DATE '9999-12-31')
  LEFT JOIN {dataset}.person AS w
    ON w.kind = 'workspace' AND w.vendor = n.vendor AND w.id = n.sub_account_id
    AND n.usage_date >= w.valid_from AND n.usage_date <= COALESCE(w.valid_until, DATE '9999-12-31')
  LEFT JOIN {dataset}.person AS a
    ON a.kind = 'account' AND a.vendor = n.vendor AND a.id = n.account_id
    AND n.usage_date >= a.valid_from AND n.usage_date <= COALESCE(a.valid_until, DATE '9999-12-31')