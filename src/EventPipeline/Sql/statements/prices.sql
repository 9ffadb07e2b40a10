-- Everything that is recorded of prices: of the same tokens and first day the newest record.
SELECT vendor, model, tier, token_type, valid_from, usd_per_token, source, source_date
FROM {dataset}.price_history
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY vendor, model, tier, token_type, valid_from ORDER BY recorded_at DESC, change_id DESC) = 1;
