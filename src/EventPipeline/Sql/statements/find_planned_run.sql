-- The run whose trigger has this time, found by what its plan says.
-- @requested_at STRING
SELECT run_id
FROM {dataset}.run_events
WHERE event = 'planned' AND STRPOS(details, @requested_at) > 0
ORDER BY recorded_at DESC
LIMIT 1
