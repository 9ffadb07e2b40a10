-- Everything that is recorded of who owns what: of each id and first day the newest record.
SELECT vendor, kind, id, valid_from, person, name, team, cost_center, manager
FROM {dataset}.person_history
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, kind, id, valid_from ORDER BY recorded_at DESC, change_id DESC) = 1;
