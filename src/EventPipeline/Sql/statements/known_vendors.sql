-- The vendors of which anything was loaded.
SELECT DISTINCT vendor
FROM {dataset}.slice_versions
ORDER BY vendor;
