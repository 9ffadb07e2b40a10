SELECT state, COUNT(*) AS letters
FROM {dataset}.dead_letters
GROUP BY state
