-- What was found to be unusual, each finding once: a day without rows, an unusual volume, an expensive day, data that is older than 25 hours, a restatement, a budget that
-- is half, four fifths or wholly spent, or that the forecast of the month passes. They were true when they were found; nothing takes them back.
CREATE OR REPLACE VIEW {dataset}.anomalies AS
SELECT *
FROM {dataset}.anomaly
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY anomaly_id ORDER BY recorded_at, run_id) = 1;
