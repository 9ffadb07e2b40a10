-- Shows versions again. They count as read a minute from now: a read that begins while this is inserted does not know of it, and must not look later.
-- @vendor STRING
-- @account_id STRING
-- @account STRING
-- @report STRING
-- @usage_date DATE
-- @load_id STRING
-- @follows TIMESTAMP
-- @row_count INT64
-- @tokens INT64
-- @amount_usd BIGNUMERIC
-- @estimated_usd BIGNUMERIC
-- @digest STRING
-- @grain STRING
-- @normaliser_version INT64
-- @pinned BOOL
-- @run_id STRING
-- @window_id STRING
INSERT INTO {dataset}.slice_versions
  (vendor, account_id, account, report, usage_date, load_id, read_began, row_count, tokens, amount_usd, estimated_usd,
   digest, grain, normaliser_version, state, pinned, run_id, window_id, message_id, window_outcome, committed_at)
VALUES
  (@vendor, @account_id, @account, @report, @usage_date, @load_id,
   GREATEST(CAST(CURRENT_TIMESTAMP AS TIMESTAMP) + INTERVAL 1 MINUTE, CAST(@follows AS TIMESTAMP)),
   @row_count, @tokens, @amount_usd, @estimated_usd,
   @digest, @grain, @normaliser_version, 'restored', @pinned, @run_id, @window_id, NULL, NULL, CAST(CURRENT_TIMESTAMP AS TIMESTAMP));
