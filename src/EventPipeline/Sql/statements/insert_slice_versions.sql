-- A read began no later than the server's clock says; but one that is known to follow another is never older than it, whatever the clocks say.
-- @vendor STRING
-- @account_id STRING
-- @account STRING
-- @report STRING
-- @usage_date DATE
-- @load_id STRING
-- @read_began TIMESTAMP
-- @follows TIMESTAMP
-- @row_count INT64
-- @tokens INT64
-- @amount_usd BIGNUMERIC
-- @estimated_usd BIGNUMERIC
-- @digest STRING
-- @grain STRING
-- @normaliser_version INT64
-- @state STRING
-- @pinned BOOL
-- @run_id STRING
-- @window_id STRING
-- @message_id STRING
-- @window_outcome STRING
INSERT INTO {dataset}.slice_versions
  (vendor, account_id, account, report, usage_date, load_id, read_began, row_count, tokens, amount_usd, estimated_usd,
   digest, grain, normaliser_version, state, pinned, run_id, window_id, message_id, window_outcome, committed_at)
VALUES
  (@vendor, @account_id, @account, @report, @usage_date, @load_id,
   CASE
     WHEN @follows IS NULL THEN LEAST(CAST(@read_began AS TIMESTAMP), CAST(CURRENT_TIMESTAMP AS TIMESTAMP))
     ELSE GREATEST(LEAST(CAST(@read_began AS TIMESTAMP), CAST(CURRENT_TIMESTAMP AS TIMESTAMP)), CAST(@follows AS TIMESTAMP))
   END,
   @row_count, @tokens, @amount_usd, @estimated_usd,
   @digest, @grain, @normaliser_version, @state, @pinned, @run_id, @window_id, @message_id, @window_outcome, CAST(CURRENT_TIMESTAMP AS TIMESTAMP));
