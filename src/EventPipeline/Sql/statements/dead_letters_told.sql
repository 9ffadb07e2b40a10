-- @id STRING
-- @teller STRING
SELECT id
FROM {dataset}.dead_letter
WHERE id = @id AND teller = @teller
