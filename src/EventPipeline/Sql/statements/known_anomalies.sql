-- Which of some findings are recorded.
SELECT DISTINCT anomaly_id
FROM {dataset}.anomaly
WHERE anomaly_id IN ({ids});
