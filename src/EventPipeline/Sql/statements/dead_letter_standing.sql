-- What was decided of a dead letter, and whether a message of the dead-letter topic has opened it before, now or then.
-- @id STRING
-- @copy_id STRING
-- @rejected_at TIMESTAMP
SELECT l.state, l.replays, COALESCE(l.reopened, 0) AS reopened,
  EXISTS (
    SELECT 1
    FROM {dataset}.dead_letter AS d
    WHERE d.id = @id AND d.state = 'open' AND (d.copy_id = @copy_id OR (d.copy_id IS NULL AND d.rejected_at = @rejected_at))
  ) AS has_come
FROM {dataset}.dead_letter AS l
WHERE l.id = @id
ORDER BY {newest_letter_first}
LIMIT 1
