  -- Every load that a slice was committed with, and since when the slice has not needed it: null while it is the load of the current version, in the order of
  -- current_slices. Where several versions point to a load, the last of them counts. A load is superseded by the commit of the version that follows; not before its own
  -- last commit, since what is committed late is hidden from the start; and by a version that is stored under another account_id not before the two were merged.
  SELECT
    vendor, stored_account_id, report, usage_date, load_id,
    CASE
      WHEN next_committed_at IS NULL THEN NULL
      WHEN next_account_id = stored_account_id THEN GREATEST(last_committed_at, next_committed_at)
      ELSE GREATEST(
        last_committed_at, next_committed_at, COALESCE(merged_at, last_committed_at), COALESCE(next_merged_at, last_committed_at))
    END AS superseded_at
  FROM (
    SELECT
      vendor, stored_account_id, report, usage_date, load_id, merged_at,
      LEAD(committed_at) OVER (slice ORDER BY read_began, load_id, committed_at) AS next_committed_at,
      LEAD(stored_account_id) OVER (slice ORDER BY read_began, load_id, committed_at) AS next_account_id,
      LEAD(merged_at) OVER (slice ORDER BY read_began, load_id, committed_at) AS next_merged_at,
      MAX(committed_at) OVER same_load AS last_committed_at,
      ROW_NUMBER() OVER (same_load ORDER BY read_began DESC, committed_at DESC) AS position
    FROM (
      -- A version that is there twice, to the microsecond, would follow itself.
      SELECT DISTINCT
        h.vendor, h.account_id, h.stored_account_id, h.report, h.usage_date, h.load_id, h.read_began, h.committed_at, m.merged_at
      FROM {dataset}.slice_history AS h
      LEFT JOIN (
        SELECT vendor, account_id, MAX(recorded_at) AS merged_at
        FROM {dataset}.account_identity
        WHERE mark = 'merged_into'
        GROUP BY vendor, account_id
      ) AS m
        ON h.vendor = m.vendor AND h.stored_account_id = m.account_id
      WHERE h.usage_date BETWEEN @first_day AND @last_day
    ) AS versions
    WINDOW
      slice AS (PARTITION BY vendor, account_id, report, usage_date),
      same_load AS (PARTITION BY vendor, account_id, report, usage_date, stored_account_id, load_id)
  ) AS ordered
  WHERE position = 1
