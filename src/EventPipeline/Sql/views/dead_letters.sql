-- Each dead letter in its newest state. States follow each other in a fixed order (open, replayed once, open again, …, discarded; then, where its
-- message came anew, all of that again), so that the newest is told without the clock: a replay that fails at once may be stored before the replay itself.
-- Columns:
-- first_seen: When it was first recorded.
-- last_seen: When it was last recorded.
CREATE OR REPLACE VIEW {dataset}.dead_letters AS
SELECT
  *,
  MIN(recorded_at) OVER (PARTITION BY id) AS first_seen,
  MAX(recorded_at) OVER (PARTITION BY id) AS last_seen
FROM {dataset}.dead_letter
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY id
  ORDER BY COALESCE(reopened, 0) DESC, replays DESC, CASE state WHEN 'discarded' THEN 2 WHEN 'open' THEN 1 ELSE 0 END DESC, recorded_at DESC
) = 1;
