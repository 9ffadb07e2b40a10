-- How many slices since a day were read with hashed e-mail addresses.
-- @from DATE
SELECT COUNT(*) AS slices
FROM {dataset}.slice_versions
WHERE usage_date >= @from AND grain LIKE '%+hashed_emails';
