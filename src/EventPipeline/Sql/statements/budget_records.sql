-- Everything that is recorded of budgets: of the same scope, name and first month the newest record.
SELECT scope, name, valid_from, monthly_usd
FROM {dataset}.budget_history
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY scope, name, valid_from ORDER BY recorded_at DESC, change_id DESC) = 1;
