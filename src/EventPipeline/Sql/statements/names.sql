-- The users and keys that vendors have listed, with what they say of each.
SELECT vendor, account_id, kind, id, name, email, details
FROM {dataset}.entity
WHERE kind IN ('user', 'api_key', 'workspace', 'project', 'service_account')
ORDER BY vendor, account_id, kind, id;
