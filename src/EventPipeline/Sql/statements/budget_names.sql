-- Whom a budget can be of: accounts as vendor/name, and teams that own something.
SELECT DISTINCT 'account' AS scope, vendor || '/' || account AS name
FROM {dataset}.accounts
UNION ALL
SELECT DISTINCT 'team' AS scope, team AS name
FROM {dataset}.person
WHERE team IS NOT NULL
ORDER BY scope, name;
